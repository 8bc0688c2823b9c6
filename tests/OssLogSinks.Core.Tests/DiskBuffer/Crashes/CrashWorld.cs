using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>A disk, a bucket, and the processes that live with them. Time goes on as fast as the machine can make it.</summary>
internal sealed class CrashWorld : IAsyncDisposable
{
    // Of real time, which a machine may take from any thread; only a failing test ever waits so long.
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly List<CrashProcess> _processes = [];
    private readonly CancellationTokenSource _over = new();
    private readonly Task _ticking;
    private long _ticks;

    public CrashWorld() => _ticking = Task.Run(TickAsync);

    public MemoryDisk Disk { get; } = new();

    public LateBucket Bucket { get; } = new();

    /// <summary>How the processes compress; each in a way of its own.</summary>
    public OssCompression Compression { get; init; }

    /// <summary>Whether objects begin with a header; three processes in a row have different ones.</summary>
    public bool HasHeader { get; init; }

    /// <summary>Begins a process whose requests meet one and the same from the beginning.</summary>
    public CrashProcess BeginWith(What otherwise)
    {
        lock (_processes)
        {
            var process = new CrashProcess(_processes.Count, Disk, Bucket, OssBufferSync.EachWrite, isShared: false, this, [], otherwise);
            _processes.Add(process);
            return process;
        }
    }

    public CrashProcess Begin(OssBufferSync sync = OssBufferSync.EachWrite, bool isShared = false, int streams = 3, params IEnumerable<What> wire)
    {
        lock (_processes)
        {
            var process = new CrashProcess(_processes.Count, Disk, Bucket, sync, isShared, this, wire) { Streams = streams };
            _processes.Add(process);
            return process;
        }
    }

    /// <summary>All processes die, and what was not synced is lost, but for what chance keeps.</summary>
    public void CutPower(Func<double>? chance)
    {
        // None begins meanwhile: it would live on with what the disk has forgotten.
        lock (_processes)
        {
            foreach (var process in _processes)
                process.Disk.Die();

            Disk.PowerCut(chance);
        }
    }

    /// <summary>The folders of processes in the buffer.</summary>
    public IReadOnlyList<string> Folders()
    {
        try
        {
            return [.. Disk.FoldersIn(CrashProcess.Path).Where(f => FolderName.TryParse(f, out _)).Select(f => $"{CrashProcess.Path}/{f}")];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Whether anybody has reported this.</summary>
    public bool WasReported(string words)
    {
        lock (_processes)
            return _processes.Exists(p => p.Reports.Reports.Any(r => r.Message.Contains(words, StringComparison.Ordinal)));
    }

    /// <summary>How many records all processes have counted as dropped, or as unreadable in what others left.</summary>
    public long CountDropped()
    {
        lock (_processes)
            return _processes.Sum(p => p.Counted.DroppedTotal + p.Counted.QuarantinedRecords);
    }

    public string AllReports()
    {
        lock (_processes)
            return string.Join("\n", _processes.SelectMany((p, i) => p.Reports.Reports.Select(r => $"{i}: {r.Message}")));
    }

    /// <summary>Waits, for a time that is long in the processes' own, until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo, Func<string> otherwise)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > LongestRest)
                throw new Violation(otherwise());

            var now = Interlocked.Read(ref _ticks);
            while (Interlocked.Read(ref _ticks) < now + 20)
                await Task.Yield();
        }
    }

    /// <summary>Lets a process ship all that there is, and closes it.</summary>
    /// <param name="last">The process.</param>
    /// <param name="mayDrop">Whether it may give something up that cannot be read.</param>
    public async Task ComeToRestAsync(CrashProcess last, bool mayDrop = false)
    {
        await UntilAsync(() => Folders().Count <= 1, () => "What processes left is not shipped: " + string.Join(" | ", last.Reports.Reports.Select(r => r.Message)));
        Violation.If(!await last.FlushAsync() && !mayDrop, "The last process gave something up.");
        await last.CloseAsync();
        Bucket.LandAll();
        Violation.If(Folders().Count > 0, "Left in the buffer: " + string.Join(' ', Folders().SelectMany(f => Disk.FilesIn(f).Select(n => $"{f}/{n}"))));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _ticking;
        _over.Dispose();
        foreach (var process in _processes)
            process.Dispose();
    }

    private async Task TickAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            CrashProcess[] living;
            lock (_processes)
                living = [.. _processes.Where(p => !p.IsDead)];
            foreach (var process in living)
                process.Time.Advance(Tick);
            Interlocked.Increment(ref _ticks);
            await Task.Yield();
        }
    }
}
