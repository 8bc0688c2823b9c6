using System.Globalization;
using OssLogSinks.Core.Keys;
using Serilog;
using Serilog.Core;
using Serilog.Sinks.OssAppend;
using Serilog.Sinks.PeriodicBatching;

namespace OssLogSinks.Benchmarks.Doors;

/// <summary>Serilog loggers, each as its documentation configures it.</summary>
internal static class SerilogDoors
{
    public static IDoor Open(DoorSettings settings) => settings.Kind switch
    {
        DoorKind.SerilogOss => Oss(settings),
        DoorKind.SerilogFile => File(settings),
        DoorKind.SerilogAsyncFile => AsyncFile(settings),
        DoorKind.SerilogHandmade => Handmade(settings),
        DoorKind.SerilogReceiver => Receiver(readsExceptions: false),
        _ => Receiver(readsExceptions: true),
    };

    private static SerilogDoor Oss(DoorSettings settings)
    {
        var monitor = new OssAppendMonitor();
        var options = OptionsOf(settings);
        options.Monitor = monitor;
        return new SerilogDoor(new LoggerConfiguration().WriteTo.OssAppend(options).CreateLogger(), () => DoorCounts.Of(monitor.GetSnapshot()));
    }

    private static OssAppendSinkOptions OptionsOf(DoorSettings settings)
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
            BlockWhenFull = settings.WaitsForRoom,
            BlockTimeout = Timeout.InfiniteTimeSpan,
            CloseTimeout = settings.CloseTimeout,
            Compression = settings.Compresses ? OssCompression.Gzip : OssCompression.None,
            Client = settings.HasMemoryClient ? new Services.MemoryClient() : null,
            BufferPath = settings.HasBuffer ? Path.Combine(settings.Folder, "buffer") : null,
        };
        options.QueueLimit = settings.QueueLimit ?? options.QueueLimit;
        options.MemoryLimitBytes = settings.MemoryLimit ?? options.MemoryLimitBytes;
        return options;
    }

    private static SerilogDoor File(DoorSettings settings) =>
        new(new LoggerConfiguration().WriteTo.File(Formatters.Theirs(settings.Format), FileOf(settings), fileSizeLimitBytes: null, buffered: true).CreateLogger(), Nobody);

    private static SerilogDoor AsyncFile(DoorSettings settings)
    {
        var drops = new DropMonitor();
        var logger = new LoggerConfiguration()
            .WriteTo.Async(
                sink => sink.File(Formatters.Theirs(settings.Format), FileOf(settings), fileSizeLimitBytes: null, buffered: true),
                bufferSize: settings.QueueLimit ?? 10_000,
                blockWhenFull: settings.WaitsForRoom,
                monitor: drops)
            .CreateLogger();
        return new SerilogDoor(logger, () => new DoorCounts { Dropped = drops.Dropped });
    }

    private static SerilogDoor Handmade(DoorSettings settings)
    {
        var sink = new HandmadeSink(settings.Service!.CreateClient(), settings.Prefix + "/app.log", Formatters.Theirs(settings.Format));
        var batching = new PeriodicBatchingSink(sink, new PeriodicBatchingSinkOptions { BatchSizeLimit = 1000, QueueLimit = null });
        return new SerilogDoor(new LoggerConfiguration().WriteTo.Sink(batching).CreateLogger(), () => sink.Counts);
    }

    private static SerilogDoor Receiver(bool readsExceptions) =>
        new(new LoggerConfiguration().WriteTo.Sink(new ReceivingSink(readsExceptions)).CreateLogger(), Nobody);

    private static DoorCounts Nobody() => new();

    private static string FileOf(DoorSettings settings) => Path.Combine(settings.Folder, "app.log");
}
