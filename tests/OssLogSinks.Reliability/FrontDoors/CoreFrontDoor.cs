using System.Globalization;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>The appender itself.</summary>
internal sealed class CoreFrontDoor : IFrontDoor, IOssDiagnostics
{
    private readonly OssAppender _appender;
    private readonly string?[] _streams;
    private readonly bool _hasListener;

    public CoreFrontDoor(FrontDoorSettings settings, int streams)
    {
        _streams = [.. Enumerable.Range(0, streams).Select(s => s.ToString(CultureInfo.InvariantCulture))];
        var options = OptionsFor(settings, this);
        if (settings.Inner is { } inner)
        {
            (options.Endpoint, options.Region, options.Bucket, options.Credentials) = (null, null, null, null);
            (options.Client, options.Diagnostics, options.Listener) = (inner.NewClient(settings.Service), inner.NewDiagnostics(), inner.NewListener());
            inner.Begin(line => _appender!.TryAppend(RecordOf(line, state: null)));
        }

        _hasListener = settings.Inner is not null;
        _appender = new OssAppender(options);
    }

    /// <summary>The appender's own settings, for whoever calls it in another way than this.</summary>
    public static OssAppenderOptions OptionsFor(FrontDoorSettings settings, IOssDiagnostics diagnostics) =>
        new()
        {
            Endpoint = settings.Service.Endpoint,
            Region = settings.Service.Region,
            Bucket = settings.Service.Bucket,
            Credentials = settings.Service.WritersCredentials ?? new StaticCredentialsProvider(settings.Service.AccessKeyId, settings.Service.AccessKeySecret, settings.Service.SecurityToken),
            ObjectKey = settings.ObjectKey,
            ObjectSizeLimitBytes = settings.Pace.ObjectSizeLimitBytes,
            Compression = settings.Compression,
            ObjectHeader = settings.Header,
            IncludeSequence = settings.HasSequence,
            AppendInterval = settings.Pace.AppendInterval,
            AppendSizeLimitBytes = settings.Pace.AppendSizeLimitBytes,
            EventSizeLimitBytes = Pace.EventSizeLimit,
            MemoryLimitBytes = settings.Pace.MemoryLimitBytes,
            RetryDelay = settings.Pace.RetryDelay,
            RetryDelayLimit = settings.Pace.RetryDelayLimit,
            RefusalRetryDelay = Pace.RefusalRetryDelay,
            RequestTimeout = Pace.RequestTimeout,
            CloseTimeout = settings.CloseTimeout,
            BufferPath = settings.BufferPath,
            BufferSizeLimitBytes = settings.BufferSizeLimit,
            Client = settings.Client,
            Diagnostics = settings.Diagnostics ?? (settings.IsVerbose ? diagnostics : null),
            Random = SeededChance.Of(settings.Seed),
        };

    public void Write(EventLine line)
    {
        var appending = _appender.AppendAsync(RecordOf(line, _hasListener ? this : null));
        if (!appending.IsCompletedSuccessfully)
            appending.AsTask().GetAwaiter().GetResult();
    }

    public void Flush() => _appender.FlushAsync().GetAwaiter().GetResult();

    public bool FlushToDisk() => _appender.FlushAsync(OssFlushTarget.Disk).GetAwaiter().GetResult();

    public DeliverySnapshot GetSnapshot() => _appender.GetSnapshot();

    public ValueTask DisposeAsync() => _appender.DisposeAsync();

    private LogRecord RecordOf(EventLine line, object? state) =>
        new(DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(line.Text + "\n")) { KeyValues = _streams.AsMemory(line.Stream, 1), State = state };

    void IOssDiagnostics.Report(OssDiagnosticEvent diagnosticEvent) => Console.Error.WriteLine($"{diagnosticEvent.Level}: {diagnosticEvent.Message}");
}
