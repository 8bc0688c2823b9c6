using System.Buffers;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Model;
using OssLogSinks.Core.Tests.Support;
using Buffered = OssLogSinks.Core.DiskBuffer.DiskBuffer;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>
/// One process with its disk buffer: its own clock, its own way to the disk and to OSS. When it dies all three stand still,
/// so that nothing it still does can be seen.
/// </summary>
internal sealed class CrashProcess : ISelfLimitingClient, IDisposable
{
    public const string Path = "/buffer";

    // What one process has compressed, the next one would compress otherwise.
    private static readonly CompressionLevel[] Levels = [CompressionLevel.Optimal, CompressionLevel.NoCompression];

    private readonly object _gate = new();
    private readonly int _number;
    private readonly LateBucket _bucket;
    private readonly Queue<What> _wire;
    private readonly DeliverySetup _setup;
    private readonly Buffered _buffer;
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _written;

    public CrashProcess(int number, MemoryDisk disk, LateBucket bucket, OssBufferSync syncs, bool isShared, CrashWorld world, IEnumerable<What> wire, What otherwise = What.Goes)
    {
        Otherwise = otherwise;
        _number = number;
        _bucket = bucket;
        _wire = new Queue<What>(wire.Select(what => isShared && what == What.IsDeliveredTwice ? What.Goes : what));
        Disk = new ProcessDisk(disk) { OnDeath = () => _died.TrySetResult() };
        Time = new FakeTimeProvider(AppenderTesting.Noon.AddMinutes(number));
        Reports = new ReportRecorder { IsDeaf = () => IsDead };
        var options = new OssAppenderOptions
        {
            Client = this,
            ObjectKey = isShared ? "all/{Stream}" : $"p{number}-{{InstanceId}}/{{Stream}}",
            StreamRegistry = new StreamRegistry(),
            ObjectSizeLimitBytes = 700,
            Compression = world.Compression,
            ObjectHeader = world.HasHeader ? Encoding.UTF8.GetString(SentAppend.Header) + (number % 3) : null,
            GzipLevel = Levels[number % Levels.Length],
            TimeProvider = Time,
            Random = () => 0.5,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            RetryDelayLimit = TimeSpan.FromMilliseconds(10),
            AppendInterval = TimeSpan.FromMilliseconds(20),
            BufferPath = System.IO.Path.GetFullPath(Path),
            Diagnostics = Reports,
        };
        _setup = DeliverySetup.From(options);
        TimeSpan? sync = syncs switch
        {
            OssBufferSync.EachWrite => TimeSpan.Zero,
            OssBufferSync.Interval => TimeSpan.FromMilliseconds(200),
            _ => null,
        };
        _buffer = new Buffered(
            _setup.BufferParts, new DiskBufferSettings(Path, 8 << 20, DropsOldest: false, sync, MemoryLimit: 256 << 10) { SegmentSize = 900 }, Disk);
    }

    public ProcessDisk Disk { get; }

    /// <summary>How many streams its records belong to, in turn.</summary>
    public int Streams { get; init; } = 3;

    /// <summary>What requests meet when nothing is scripted.</summary>
    public What Otherwise { get; set; }

    public FakeTimeProvider Time { get; }

    public ReportRecorder Reports { get; }

    public bool IsDead => Disk.IsDead;

    /// <summary>Whether nothing of the script is left.</summary>
    public bool IsWireOver
    {
        get
        {
            lock (_gate)
                return _wire.Count == 0;
        }
    }

    /// <summary>What it has counted.</summary>
    public DeliverySnapshot Counted => _setup.Counters.Snapshot();

    /// <summary>Ends with its death.</summary>
    public Task Death => _died.Task;

    /// <summary>A record; its number says how long it is.</summary>
    public static string TextOf(int process, int stream, int number) => $"p{process}.s{stream}.{number:0000}.".PadRight(20 + (number * 37 % 90), '-') + "\n";

    /// <summary>Writes some records and flushes them to disk.</summary>
    /// <returns>Those that are confirmed to be there.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(int count)
    {
        var written = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var text = TextOf(_number, _written % Streams, _written);
            var record = new LogRecord(AppenderTesting.Noon, Encoding.UTF8.GetBytes(text)) { KeyValues = new string?[] { $"s{_written % Streams}" } };
            Assert.Equal(Acceptance.Accepted, _buffer.TryAdd(record, causesAppend: true, out _));
            _written++;
            written.Add(text);
        }

        // What is found to have worked after the death, nobody was told.
        var flushing = _buffer.FlushAsync(OssFlushTarget.Disk, CancellationToken.None);
        return await Task.WhenAny(Death, flushing) == flushing && await flushing && !IsDead ? written : [];
    }

    /// <summary>Closes in no time.</summary>
    public async Task CloseAsync()
    {
        var closing = _buffer.StopAsync();
        if (await Task.WhenAny(Death, closing) != closing)
            return;

        await closing;
        _buffer.Dispose();
        Disk.Die();
    }

    /// <summary>Ships all that it has; false if it gave some up.</summary>
    public Task<bool> FlushAsync() => _buffer.FlushAsync(OssFlushTarget.Oss, CancellationToken.None);

    public void Dispose()
    {
        Disk.Die();
        _setup.Dispose();

        // Its threads are to end too; nothing that they still do can be seen.
        _ = _buffer.StopAsync();
    }

    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        var append = new SentAppend(_number, _number, request.Key, request.Position, request.Body.ToArray());
        return Answer(what => _bucket.Append(append, what));
    }

    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) =>
        Answer(what => (HeadObjectResult?)_bucket.Ask(request.Key, request, what));

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) =>
        Answer(what => (GetObjectResult)_bucket.Ask(request.Key, request, what));

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();

    // What the process sent and never heard of goes on without it.
    private async Task<T> Answer<T>(Func<What, T> ask)
    {
        await Task.Yield();
        lock (_gate)
        {
            if (!IsDead)
                return ask(_wire.TryDequeue(out var what) ? what : Otherwise);
        }

        return await new TaskCompletionSource<T>().Task;
    }
}
