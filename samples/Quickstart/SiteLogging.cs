using NLog;
using NLog.Config;
using NLog.Extensions.Logging;
using NLog.Targets;
using Serilog;
using Serilog.Debugging;
using Serilog.Events;

namespace Quickstart;

/// <summary>Both logging libraries, each with its own objects in the bucket. Objects roll at 100 kB, so that several appear.</summary>
internal sealed class SiteLogging : IAsyncDisposable
{
    private const long ObjectSize = 100_000;
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromMinutes(2);

    private readonly Serilog.Core.Logger _serilog;
    private readonly LogFactory _nlog;

    private SiteLogging(Serilog.Core.Logger serilog, LogFactory nlog)
    {
        _serilog = serilog;
        _nlog = nlog;
    }

    public static SiteLogging Begin(BucketUnderTest bucket, QuickstartArguments arguments)
    {
        SelfLog.Enable(Console.Error);
        NLog.Common.InternalLogger.LogToConsoleError = true;
        NLog.Common.InternalLogger.LogLevel = NLog.LogLevel.Warn;

        // A prefix is text, not template.
        var prefix = arguments.Prefix.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
        return new SiteLogging(
            CreateSerilog(bucket, prefix + "serilog/{Timestamp:yyyy-MM-dd}/site-{Sequence:000}.log"),
            CreateNLog(bucket, prefix + "nlog/{Timestamp:yyyy-MM-dd}/site-{Sequence:000}.log"));
    }

    public void AddTo(ILoggingBuilder logging)
    {
        logging.AddSerilog(_serilog);
        logging.AddFilter("Microsoft", Microsoft.Extensions.Logging.LogLevel.Warning);
        logging.AddNLog(_nlog.Configuration!, new NLogProviderOptions { RemoveLoggerFactoryFilter = false });
    }

    /// <summary>Ends when everything logged so far stands in the bucket.</summary>
    public Task FlushAsync() => Task.Run(() => _nlog.Flush(FlushTimeout));

    public async ValueTask DisposeAsync()
    {
        await _serilog.DisposeAsync();
        await Task.Run(_nlog.Shutdown);
    }

    private static Serilog.Core.Logger CreateSerilog(BucketUnderTest bucket, string objectKey) =>
        new LoggerConfiguration()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .WriteTo.OssAppend(
                bucket: bucket.Bucket,
                region: bucket.Region,
                endpoint: bucket.Endpoint,
                accessKeyId: bucket.AccessKeyId,
                accessKeySecret: bucket.AccessKeySecret,
                objectKey: objectKey,
                objectSizeLimitBytes: ObjectSize,
                appendInterval: TimeSpan.FromMilliseconds(200),
                configure: options =>
                {
                    options.SecurityToken = bucket.SecurityToken;
                    options.CloseTimeout = FlushTimeout;
                })
            .CreateLogger();

    private static LogFactory CreateNLog(BucketUnderTest bucket, string objectKey)
    {
        var factory = new LogFactory();
        var configuration = new LoggingConfiguration(factory);
        var target = new OssAppendTarget
        {
            Name = "oss",
            Endpoint = bucket.Endpoint,
            Region = bucket.Region,
            Bucket = bucket.Bucket,
            AccessKeyId = bucket.AccessKeyId,
            AccessKeySecret = bucket.AccessKeySecret,
            SecurityToken = bucket.SecurityToken ?? "",
            ObjectKey = objectKey,
            ObjectSizeLimitBytes = ObjectSize,
            AppendIntervalMilliseconds = 200,
            CloseTimeoutSeconds = (int)FlushTimeout.TotalSeconds,
            FlushTimeoutSeconds = -1,
            Layout = "${longdate} ${level:uppercase=true} ${logger} ${message}${onexception:${newline}${exception:format=tostring}}",
        };
        configuration.AddRuleForAllLevels(target);
        factory.Configuration = configuration;
        return factory;
    }
}
