using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NLog.Common;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.EndToEnd.Tests.Support;
using Serilog;
using Serilog.Debugging;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>
/// What the people who run an application see in the framework's own channel when OSS cannot be logged to: one clear
/// report within seconds, no secret in it, and the application goes on.
/// </summary>
[Collection(nameof(FrameworkChannels))]
public class FrontDoorTroubleTests
{
    private const string Secret = "s3cret-marker-1234";

    public static TheoryData<string, string> Troubles => new()
    {
        { "missing bucket", "NoSuchBucket" },
        { "wrong key", "SignatureDoesNotMatch" },
        { "wrong region", "region" },
        { "no permission", "oss:PutObject" },
        { "no answer", "refuses connections" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Serilog_SaysItOnce(string trouble, string expected)
    {
        await using var place = await Place.InAsync(trouble);
        var channel = new Channel();
        SelfLog.Enable(channel.Write);
        try
        {
            await using var logger = new LoggerConfiguration()
                .WriteTo.OssAppend(
                    bucket: place.Bucket, region: place.Region, endpoint: place.Endpoint, accessKeyId: place.KeyId, accessKeySecret: Secret,
                    objectKey: "app.log", appendInterval: TimeSpan.FromMilliseconds(20), configure: options => options.CloseTimeout = TimeSpan.Zero)
                .CreateLogger();
            logger.Information("an event with {{braces}} and a {Secret}", "word");

            await channel.AssertAsync(expected);
            logger.Information("the application goes on");
        }
        finally
        {
            SelfLog.Disable();
        }
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task NLog_SaysItOnce(string trouble, string expected)
    {
        await using var place = await Place.InAsync(trouble);
        var channel = new Channel();
        InternalLogger.LogLevel = NLog.LogLevel.Warn;
        InternalLogger.InternalEventOccurred += channel.OnEvent;
        try
        {
            var factory = new NLog.LogFactory();
            var configuration = new NLog.Config.LoggingConfiguration(factory);
            using var target = new NLog.Targets.OssAppendTarget
            {
                Name = "oss",
                Bucket = place.Bucket,
                Region = place.Region,
                Endpoint = place.Endpoint,
                AccessKeyId = place.KeyId,
                AccessKeySecret = Secret,
                ObjectKey = "app.log",
                AppendIntervalMilliseconds = 20,
                CloseTimeoutSeconds = 0,
                Layout = "${message}",
            };
            configuration.AddRuleForAllLevels(target);
            factory.Configuration = configuration;
            factory.GetLogger("Test").Info("an event with {{braces}}");

            await channel.AssertAsync(expected);
            factory.GetLogger("Test").Info("the application goes on");
        }
        finally
        {
            InternalLogger.InternalEventOccurred -= channel.OnEvent;
            InternalLogger.LogLevel = NLog.LogLevel.Off;
        }
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Logging_SaysItOnceToTheOtherProviders(string trouble, string expected)
    {
        await using var place = await Place.InAsync(trouble);
        var channel = new Channel();
        var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(new OtherProvider(channel)).AddOssAppend(options =>
        {
            (options.Bucket, options.Region, options.Endpoint) = (place.Bucket, place.Region, place.Endpoint);
            (options.AccessKeyId, options.AccessKeySecret) = (place.KeyId, Secret);
            options.ObjectKey = "app.log";
            options.AppendInterval = TimeSpan.FromMilliseconds(20);
            options.CloseTimeout = TimeSpan.Zero;
        }));
        await using var container = services.BuildServiceProvider();
        var logger = container.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
        logger.Log(Microsoft.Extensions.Logging.LogLevel.Information, default, "an event with {braces}", null, static (text, _) => text);

        await channel.AssertAsync(expected);
        logger.Log(Microsoft.Extensions.Logging.LogLevel.Information, default, "the application goes on", null, static (text, _) => text);
    }

    private sealed class OtherProvider(Channel channel) : ILoggerProvider, Microsoft.Extensions.Logging.ILogger
    {
        public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            channel.Write(formatter(state, exception));

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    /// <summary>An OSS that cannot be logged to, for one reason.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private OssEmulator? _emulator;

        public string Bucket { get; private set; } = Emulated.Bucket;

        public string Region { get; private set; } = "cn-hangzhou";

        public string Endpoint { get; private set; } = "";

        public string KeyId { get; private set; } = "emulator-key";

        public static async Task<Place> InAsync(string trouble)
        {
            var place = new Place();
            var options = new OssEmulatorOptions();
            options.Credentials.Add(new EmulatedCredentials("reader", Secret) { DeniedActions = ["oss:PutObject"] });
            options.AccessKeySecret = trouble == "wrong key" ? "another-secret" : Secret;
            place._emulator = await OssEmulator.StartAsync(options, TestContext.Current.CancellationToken);
            place.Bucket = trouble == "missing bucket" ? "missing" : Emulated.Bucket;
            place.Region = trouble == "wrong region" ? "cn-beijing" : "cn-hangzhou";
            place.KeyId = trouble == "no permission" ? "reader" : "emulator-key";
            place.Endpoint = trouble == "no answer" ? UnresponsiveEndpoint() : place._emulator.Endpoint.ToString();
            return place;
        }

        public async ValueTask DisposeAsync() => await _emulator!.DisposeAsync();

        private static string UnresponsiveEndpoint()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        }
    }

    /// <summary>What the framework's own channel gets.</summary>
    private sealed class Channel
    {
        private readonly object _gate = new();
        private readonly List<string> _lines = [];
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnEvent(object? sender, InternalLogEventArgs e) => Write(e.Message);

        public void Write(string line)
        {
            if (!line.Contains("does not work", StringComparison.Ordinal))
                return;

            lock (_gate)
                _lines.Add(line);
            _first.TrySetResult();
        }

        public async Task AssertAsync(string expected)
        {
            await _first.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            lock (_gate)
            {
                var report = Assert.Single(_lines);
                Assert.Contains(expected, report, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(Secret, report);
                Assert.DoesNotContain("an event", report);
            }
        }
    }
}

/// <summary>SelfLog and InternalLogger are one each for the whole process: their tests run by themselves.</summary>
[CollectionDefinition(nameof(FrameworkChannels), DisableParallelization = true)]
public class FrameworkChannels;
