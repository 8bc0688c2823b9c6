using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NLog.Targets;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.EndToEnd.Tests.Support;
using OssLogSinks.Extensions.Logging;
using Serilog;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.EndToEnd.Tests.Secrets;

/// <summary>With every channel on, in a storm of failures, no channel has a secret in any encoding.</summary>
[Collection(nameof(FrameworkChannels))]
public class SecretStormTests
{
    private const int Events = 400;

    public static TheoryData<string> Forms => [.. LeakSearch.Forms.Keys];

    [Fact]
    public Task Serilog_ShowsNoSecretInAnyChannel() => AssertNoLeakAsync(1, (configure, channels, log) =>
    {
        var options = new OssAppendSinkOptions { Bucket = Emulated.Bucket };
        configure(options);
        var listener = new Listener(channels);
        using var logger = new LoggerConfiguration().WriteTo.Fallible(to => to.OssAppend(options), listener).CreateLogger();
        log(text => logger.Information("{Text}", text));
        return Task.FromResult<OssAppenderOptions>(options);
    });

    [Fact]
    public Task NLog_ShowsNoSecretInAnyChannel() => AssertNoLeakAsync(2, (configure, channels, log) =>
    {
        OssAppenderOptions? seen = null;
        var factory = new NLog.LogFactory();
        var configuration = new NLog.Config.LoggingConfiguration(factory);
        using var target = new OssAppendTarget
        {
            Name = "storm",
            Bucket = Emulated.Bucket,
            Layout = "${message}",
            Configure = options =>
            {
                configure(options);
                seen = options;
            },
        };
        configuration.AddRuleForAllLevels(target);
        factory.Configuration = configuration;
        var logger = factory.GetLogger("Storm");
        log(logger.Info);
        channels.Add("target", $"{target} {target.GetSnapshot()}");
        factory.Shutdown();
        return Task.FromResult(seen!);
    });

    [Fact]
    public Task Logging_ShowsNoSecretInAnyChannel() => AssertNoLeakAsync(3, async (configure, channels, log) =>
    {
        OssAppenderOptions? seen = null;
        var services = new ServiceCollection().AddSingleton<ILostEventListener>(new Listener(channels)).AddLogging(logging => logging.AddProvider(new Others(channels)).AddOssAppend(options =>
        {
            options.Bucket = Emulated.Bucket;
            configure(options);
            seen = options;
        }));
        await using var container = services.BuildServiceProvider();
        var logger = container.GetRequiredService<ILoggerFactory>().CreateLogger("Storm");
        log(text => logger.Log(Microsoft.Extensions.Logging.LogLevel.Information, default, text, null, static (line, _) => line));
        return seen!;
    });

    [Theory]
    [MemberData(nameof(Forms))]
    public void PlantedSecret_IsFoundInEachForm(string form)
    {
        const string Secret = "Pl4nted/Secret+Of=The&Test<Cv8Jm3Qx6>";
        var search = new LeakSearch().Add("planted", Secret);
        var text = form == "as a basic credential"
            ? "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("user:" + Secret))
            : $"before {LeakSearch.Forms[form](Secret)} behind";

        Assert.NotEmpty(search.FindIn(text));
        Assert.NotEmpty(search.FindIn(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Empty(search.FindIn("Appending to OSS does not work: an ordinary report."));
    }

    [Fact]
    public void SecretPlantedInAnyChannel_IsFound()
    {
        const string Secret = "Pl4nted/Secret+Of=The&Test<Cv8Jm3Qx6>";
        using var meter = new System.Diagnostics.Metrics.Meter("planted");
        using var source = new System.Diagnostics.ActivitySource("planted");
        using var channels = new Channels();

        Serilog.Debugging.SelfLog.WriteLine("{0}", Secret);
        NLog.Common.InternalLogger.Trace("{0}", Secret);
        Console.Error.WriteLine(Secret);
        meter.CreateCounter<long>("planted").Add(1, new KeyValuePair<string, object?>("tag", Secret));
        using (var activity = source.StartActivity())
            activity!.SetTag("tag", Secret);
        Assert.Throws<OssDeliveryException>(new Action(() => throw new OssDeliveryException("planted " + Secret)));

        var leaks = channels.LeaksOf(new LeakSearch().Add("planted", Secret));
        Assert.All(
            ["SelfLog", "InternalLogger", "standard error", "metrics", "traces", "exceptions"],
            channel => Assert.Contains(leaks, leak => leak.StartsWith(channel + ": planted, plain", StringComparison.Ordinal)));
    }

    private delegate Task<OssAppenderOptions> FrontDoor(Action<OssAppenderOptions> configure, Channels channels, Action<Action<string>> log);

    private static async Task AssertNoLeakAsync(int seed, FrontDoor door)
    {
        await using var storm = await SecretStorm.BeginAsync(seed);
        using var channels = new Channels();

        var first = await door(storm.ConfigureWithoutCredentials, channels, write =>
        {
            for (var i = 0; i < 20; i++)
                write($"left behind {i}");
        });
        foreach (var source in SecretStorm.Sources)
            await door(options => storm.ConfigureWithSource(source, options), channels, write => write($"without credentials of {source.Split(':')[0]}"));
        storm.DamageBuffer();
        await door(storm.Configure, channels, write =>
        {
            for (var i = 0; i < Events; i++)
                write(i % 100 == 50 ? new string('x', 5000) : $"event {i}");
            storm.QuarantinedAsync().GetAwaiter().GetResult();
            storm.ReadStateAsync(channels, first).GetAwaiter().GetResult();
        });
        await storm.ReadStateAsync(channels, first);

        // The storm made the library talk.
        Assert.Contains(channels.Texts, text => text.Text.Contains("does not work", StringComparison.Ordinal));
        Assert.Contains(channels.Texts, text => text.Channel == "exceptions");
        Assert.Contains(channels.Texts, text => text.Channel == "metrics");
        Assert.Contains(channels.Texts, text => text.Channel == "health");
        Assert.Contains(channels.Texts, text => text is { Channel: "standard error" } && text.Text.Contains("OssAppend", StringComparison.Ordinal));
        Assert.Contains(channels.Texts, text => text.Channel == "emulator page");
        Assert.Contains(channels.Texts, text => text.Channel == "options" && text.Text.Contains("ProxyUser: must not have a colon", StringComparison.Ordinal));
        Assert.True(storm.Proxy is { Asked: > 0, Passed: > 0 }, "The proxy got no password.");
        Assert.True(storm.HasQuarantine, "Nothing was quarantined.");
        Assert.True(storm.StsCalls > 1, "STS was not asked.");
        foreach (var part in new[] { "refused AssumeRoleWithOIDC", "refused AssumeRole with", "credentials process", "credentials URI", "has no ram_role_arn" })
            Assert.Contains(channels.Texts, text => text.Text.Contains(part, StringComparison.Ordinal));

        Assert.Empty(storm.ReadableByOthers);
        Assert.Empty(channels.LeaksOf(storm.Search));
    }

    private sealed class Listener(Channels channels) : Serilog.Core.ILoggingFailureListener, ILostEventListener
    {
        public void OnLoggingFailed(object sender, Serilog.Core.LoggingFailureKind kind, string message, IReadOnlyCollection<Serilog.Events.LogEvent>? events, Exception? exception) =>
            channels.Add("failure listener", $"{sender} {message} {exception}");

        public void OnLost(IReadOnlyCollection<LostEvent> events, OssDeliveryException failure) => channels.Add("lost events", failure.ToString());
    }

    private sealed class Others(Channels channels) : ILoggerProvider, Microsoft.Extensions.Logging.ILogger
    {
        public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            channels.Add("other providers", formatter(state, exception) + exception);

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
