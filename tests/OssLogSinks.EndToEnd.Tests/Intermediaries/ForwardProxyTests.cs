using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NLog;
using NLog.Config;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;
using OssLogSinks.Testing;
using Serilog;

namespace OssLogSinks.EndToEnd.Tests.Intermediaries;

/// <summary>tinyproxy with a password between the sink and an OSS with TLS, in each form of configuration.</summary>
public sealed class ForwardProxyTests : IAsyncLifetime
{
    private const int Count = 300;

    private const string LoggingPrefix = "info: Test[0] ";

    private static readonly Action<Microsoft.Extensions.Logging.ILogger, int, Exception?> Numbered =
        LoggerMessage.Define<int>(Microsoft.Extensions.Logging.LogLevel.Information, default, "event {Number}");

    private readonly CertificateIssuer _issuer = new();
    private OssEmulator _emulator = null!;
    private Nginx _nginx = null!;
    private Tinyproxy _proxy = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Intermediary.RequireInstalled(Nginx.Needed, Tinyproxy.Needed);
        _emulator = await OssEmulator.StartAsync(cancellationToken: Cancel);
        _nginx = new Nginx(_emulator, IPAddress.Loopback, _issuer);
        await _nginx.StartAsync();
        _proxy = new Tinyproxy();
        await _proxy.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();

        if (_nginx is not null)
            await _nginx.DisposeAsync();

        if (_emulator is not null)
            await _emulator.DisposeAsync();

        _issuer.Dispose();
    }

    [Theory]
    [InlineData("JSON")]
    [InlineData("NLog.config")]
    [InlineData("MEL")]
    public async Task ProxyFromConfiguration_DeliversEachEventOnce(string form)
    {
        Log(form);

        Assert.Equal(Expected(Count), _emulator.Lines().Select(line => line.Replace(LoggingPrefix, "", StringComparison.Ordinal)));
        Assert.Contains($"CONNECT localhost:{_nginx.Port}", await _proxy.LogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainHttpThroughTheProxy_DeliversEachEventOnce()
    {
        var options = Options();
        (options.Endpoint, options.CertificateAuthority) = (_emulator.Endpoint.ToString(), null);

        await using (var appender = new OssAppender(options))
            await AppendAsync(appender, 0);

        Assert.Equal(Expected(Count), _emulator.Lines());
        Assert.Contains("POST http://", await _proxy.LogAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProxyThatRestarts_DeliversEachEventOnce(bool hasTls)
    {
        const int waves = 10;
        var options = Options();
        if (!hasTls)
            (options.Endpoint, options.CertificateAuthority) = (_emulator.Endpoint.ToString(), null);

        await using (var appender = new OssAppender(options))
        {
            for (var wave = 0; wave < waves; wave += 2)
            {
                var retries = appender.GetSnapshot().Retries;
                var appended = _emulator.Appends();
                var appending = AppendAsync(appender, wave * Count);
                await Wait.UntilAsync(() => _emulator.Appends() > appended);
                await _proxy.StopAsync();
                await appending;
                await AppendAsync(appender, (wave + 1) * Count);
                await Wait.UntilAsync(() => appender.GetSnapshot().Retries > retries);
                await _proxy.StartAsync();
            }

            Assert.True(await appender.FlushAsync(Cancel));
        }

        Assert.Equal(Expected(waves * Count), _emulator.Lines());
    }

    [Fact]
    public async Task ProxyWithoutAPassword_IsReported()
    {
        var options = Options();
        (options.ProxyUser, options.ProxyPassword) = (null, null);

        var report = await FirstReportAsync(options);

        Assert.Contains($"the proxy 127.0.0.1:{_proxy.Port} asks for a user name and a password (status 407)", report, StringComparison.Ordinal);
        Assert.Contains("ProxyUser", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPasswordOfTheProxy_IsReportedAndNotShown()
    {
        var options = Options();
        options.ProxyPassword = "wrong-password-1";

        var report = await FirstReportAsync(options);

        Assert.Contains($"the proxy 127.0.0.1:{_proxy.Port} ", report, StringComparison.Ordinal);
        Assert.Contains("Correct Proxy, ProxyUser and ProxyPassword", report, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password-1", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BypassedHost_IsReachedWithoutTheProxy()
    {
        var options = Options();
        options.ProxyBypass = "localhost";
        await _proxy.StopAsync();

        await using (var appender = new OssAppender(options))
            await AppendAsync(appender, 0);

        Assert.Equal(Expected(Count), _emulator.Lines());
    }

    private static IEnumerable<string> Expected(int count) => Enumerable.Range(0, count).Select(i => $"event {i}");

    private static async Task AppendAsync(OssAppender appender, int first)
    {
        for (var i = first; i < first + Count; i++)
            Assert.True(await appender.AppendAsync(new LogRecord(TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes($"event {i}\n")), Cancel));
    }

    private static async Task<string> FirstReportAsync(OssAppenderOptions options)
    {
        var reports = new Reports();
        options.Diagnostics = reports;
        options.CloseTimeout = TimeSpan.Zero;
        await using var appender = new OssAppender(options);
        await AppendAsync(appender, 0);
        return await reports.First.InTime();
    }

    private OssAppenderOptions Options()
    {
        var options = _emulator.AppenderOptions();
        options.Endpoint = _nginx.Endpoint;
        options.CertificateAuthority = _nginx.Authority;
        options.Proxy = _proxy.Url;
        options.ProxyUser = Tinyproxy.User;
        options.ProxyPassword = Tinyproxy.Password;
        options.ConnectTimeout = TimeSpan.FromSeconds(60);
        options.CloseTimeout = TimeSpan.FromMinutes(2);
        return options;
    }

    // Logs from the settings in a file alone: no code sets any of them.
    private void Log(string form)
    {
        switch (form)
        {
            case "JSON":
                using (var logger = new LoggerConfiguration().ReadFrom.Configuration(Configuration("Serilog:WriteTo:0:Args:", ("Serilog:Using:0", "Serilog.Sinks.OssAppend"), ("Serilog:WriteTo:0:Name", "OssAppend"), ("Serilog:WriteTo:0:Args:outputTemplate", "{Message:lj}{NewLine}"))).CreateLogger())
                {
                    for (var i = 0; i < Count; i++)
                        logger.Information("event {Number}", i);
                }

                break;
            case "NLog.config":
                using (var factory = new LogFactory())
                {
                    var settings = string.Join(" ", Settings().Select(setting => $"{setting.Key}='{setting.Value}'"));
                    factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(
                        $$"""
                        <nlog throwConfigExceptions='true'>
                          <extensions><add assembly='NLog.Targets.OssAppend' /></extensions>
                          <targets><target name='oss' type='OssAppend' layout='${message}' closeTimeoutSeconds='60' {{settings}} /></targets>
                          <rules><logger name='*' writeTo='oss' /></rules>
                        </nlog>
                        """,
                        factory);
                    var logger = factory.GetLogger("Test");
                    for (var i = 0; i < Count; i++)
                        logger.Info("event {Number}", i);

                    factory.Shutdown();
                }

                break;
            default:
                using (var services = new ServiceCollection()
                    .AddLogging(logging => logging.AddConfiguration(Configuration("Logging:OssAppend:", ("Logging:OssAppend:TimestampFormat", "")).GetSection("Logging")).AddOssAppend())
                    .BuildServiceProvider())
                {
                    var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
                    for (var i = 0; i < Count; i++)
                        Numbered(logger, i, null);
                }

                break;
        }
    }

    private Dictionary<string, string?> Settings() => new()
    {
        ["endpoint"] = _nginx.Endpoint,
        ["region"] = _emulator.Region,
        ["bucket"] = Emulated.Bucket,
        ["accessKeyId"] = _emulator.AccessKeyId,
        ["accessKeySecret"] = _emulator.AccessKeySecret,
        ["objectKey"] = "app.log",
        ["proxy"] = _proxy.Url,
        ["proxyUser"] = Tinyproxy.User,
        ["proxyPassword"] = Tinyproxy.Password,
        ["proxyBypass"] = "oss.example.com",
        ["certificateAuthority"] = _nginx.Authority,
        ["trafficLimitBitsPerSecond"] = "838860800",
    };

    private IConfiguration Configuration(string prefix, params (string Key, string Value)[] more) => new ConfigurationBuilder()
        .AddInMemoryCollection(Settings().Select(setting => new KeyValuePair<string, string?>(prefix + setting.Key, setting.Value)))
        .AddInMemoryCollection(more.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)))
        .Build();
}
