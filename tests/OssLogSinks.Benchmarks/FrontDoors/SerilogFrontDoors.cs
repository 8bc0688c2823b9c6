using System.Globalization;
using OssLogSinks.Core.Keys;
using Serilog;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.PeriodicBatching;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>Serilog loggers, each as its documentation configures it.</summary>
internal static class SerilogFrontDoors
{
    public static IFrontDoor Open(FrontDoorSettings settings) => settings.Kind switch
    {
        FrontDoorKind.SerilogOss => Oss(settings),
        FrontDoorKind.SerilogFile => File(settings),
        FrontDoorKind.SerilogAsyncFile => AsyncFile(settings),
        FrontDoorKind.SerilogHandmade => Handmade(settings),
        FrontDoorKind.SerilogReceiver => Receiver(readsExceptions: false),
        _ => Receiver(readsExceptions: true),
    };

    private static SerilogFrontDoor Oss(FrontDoorSettings settings)
    {
        var monitor = new OssAppendMonitor();
        var options = OptionsOf(settings);
        options.Monitor = monitor;
        return new SerilogFrontDoor(new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger(), () => FrontDoorCounts.Of(monitor.GetSnapshot()));
    }

    private static OssAppendSinkOptions OptionsOf(FrontDoorSettings settings)
    {
        var options = new OssAppendSinkOptions
        {
            Endpoint = settings.Service?.Endpoint,
            Region = settings.Service?.Region,
            Bucket = settings.Service?.Bucket,
            AccessKeyId = settings.Service?.AccessKeyId,
            AccessKeySecret = settings.Service?.AccessKeySecret,
            ObjectKey = settings.ObjectKey,
            Formatter = Formatters.Ours(settings.Format),
            OutputTemplate = Formatters.OutputTemplate,
            FormatProvider = CultureInfo.InvariantCulture,
            RenderAtCall = settings.RendersAtCall,
            BlockWhenFull = settings.WaitsForSpace,
            BlockTimeout = Timeout.InfiniteTimeSpan,
            CloseTimeout = settings.CloseTimeout,
            Compression = settings.Compresses ? OssCompression.Gzip : OssCompression.None,
            IncludeSequence = settings.HasSequence,
            Client = settings.HasMemoryClient ? new Services.MemoryClient() : null,
            BufferPath = settings.HasBuffer ? Path.Combine(settings.Folder, "buffer") : null,
        };
        options.QueueLimit = settings.QueueLimit ?? options.QueueLimit;
        options.MemoryLimitBytes = settings.MemoryLimitBytes ?? options.MemoryLimitBytes;
        return options;
    }

    private static SerilogFrontDoor File(FrontDoorSettings settings) =>
        new(new LoggerConfiguration().WriteTo.File(Formatters.Theirs(settings.Format), FileOf(settings), fileSizeLimitBytes: null, buffered: true).CreateLogger(), Nobody);

    private static SerilogFrontDoor AsyncFile(FrontDoorSettings settings)
    {
        var drops = new DropMonitor();
        var logger = new LoggerConfiguration()
            .WriteTo.Async(
                sink => sink.File(Formatters.Theirs(settings.Format), FileOf(settings), fileSizeLimitBytes: null, buffered: true),
                bufferSize: settings.QueueLimit ?? 10_000,
                blockWhenFull: settings.WaitsForSpace,
                monitor: drops)
            .CreateLogger();
        return new SerilogFrontDoor(logger, () => new FrontDoorCounts { Dropped = drops.Dropped });
    }

    private static SerilogFrontDoor Handmade(FrontDoorSettings settings)
    {
        var sink = new HandmadeSink(settings.Service!.CreateClient(), settings.Prefix + "/app.log", Formatters.Theirs(settings.Format));
        var batching = new PeriodicBatchingSink(sink, new PeriodicBatchingSinkOptions { BatchSizeLimit = 1000, QueueLimit = null });
        return new SerilogFrontDoor(new LoggerConfiguration().WriteTo.Sink(batching).CreateLogger(), () => sink.Counts);
    }

    private static SerilogFrontDoor Receiver(bool readsExceptions) =>
        new(new LoggerConfiguration().WriteTo.Sink(new ReceivingSink(readsExceptions)).CreateLogger(), Nobody);

    private static FrontDoorCounts Nobody() => new();

    private static string FileOf(FrontDoorSettings settings) => Path.Combine(settings.Folder, "app.log");
}
