using CsCheck;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>
/// A life of a journal and all that may be true of it afterwards: what each call that returned makes certain, and what each
/// call that was made makes possible. Streams, segments and ids are few, so that they meet.
/// </summary>
internal sealed class JournalWorld
{
    public const string Folder = "buffer";

    public static readonly FolderId FolderId = new(7);

    private const int Streams = 3;

    private readonly Dictionary<ulong, long> _settled = [];
    private readonly Dictionary<ulong, AppendIntent?> _open = [];
    private readonly HashSet<(ulong, AppendIntent)> _everIntended = [];
    private readonly HashSet<long> _everOpened = [];
    private readonly HashSet<long> _done = [];
    private readonly HashSet<long> _everDone = [];
    private readonly SortedSet<long> _segments = [];
    private long _nextId = 1;

    public static Gen<Step[]> Lives { get; } = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000], (kind, choice) => new Step(kind, choice)).Array[1, 60];

    public bool EveryCallReturned { get; private set; } = true;

    /// <summary>A disk with an empty folder, and pages so small that few entries fill one.</summary>
    public static MemoryDisk NewDisk()
    {
        var disk = new MemoryDisk { PageSize = 64 };
        disk.CreateFolder(Folder);
        disk.SyncFolder("/");
        return disk;
    }

    /// <summary>The files of the folder, by path.</summary>
    public static IReadOnlyDictionary<string, byte[]> FilesOf(MemoryDisk disk) =>
        disk.FilesIn(Folder).Select(name => $"{Folder}/{name}").ToDictionary(path => path, path => disk.Bytes(path));

    /// <summary>What a process would find that began now.</summary>
    public static JournalState Found(MemoryDisk disk)
    {
        using var journal = BufferJournal.Open(disk.Copy(), Folder, FolderId, syncs: true)!;
        return journal.State;
    }

    /// <summary>Runs it at once on a thread of its own. What it throws fails the test that waits for it, and not the process.</summary>
    public static Task OnAThread(Action act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Live(BufferJournal journal, IEnumerable<Step> steps)
    {
        foreach (var step in steps)
            Take(journal, step);
    }

    /// <summary>Holds a state against what is certain and what is possible.</summary>
    /// <param name="state">What was found.</param>
    /// <param name="isCertain">Whether what returned must be there: not if the disk changed its bytes.</param>
    /// <param name="isDurable">Whether what was only written must be there too.</param>
    public void Judge(JournalState state, bool isCertain, bool isDurable)
    {
        foreach (var mark in state.Settled)
            Assert.True(mark.Value <= _settled.GetValueOrDefault(mark.Key), $"{mark.Key:x} is settled too far.");
        foreach (var open in state.Intents)
            Assert.Contains((open.Key, open.Value), _everIntended);
        Assert.Subset(_everOpened, state.Segments.ToHashSet());
        Assert.Subset(_everDone, state.DoneSegments.ToHashSet());
        if (!isCertain)
            return;

        foreach (var open in _open.Where(o => o.Value is not null))
            Assert.Equal(open.Value, state.Intents.GetValueOrDefault(open.Key));
        Assert.All(_done, id => Assert.DoesNotContain(id, state.Segments));
        if (!isDurable || !EveryCallReturned)
            return;

        Assert.Equal(_segments, state.Segments);
        Assert.Equal(_open.Where(o => o.Value is not null).Select(o => o.Key).Order(), state.Intents.Keys.Order());
        foreach (var mark in _settled.Where(m => m.Value >= _segments.DefaultIfEmpty(long.MaxValue).Min()))
            Assert.Equal(mark.Value, state.Settled.GetValueOrDefault(mark.Key));
    }

    private void Take(BufferJournal journal, Step step)
    {
        var stream = (ulong)(1 + (step.Choice % Streams)) * 0x1111_2222_3333_4444;
        switch (step.Kind)
        {
            case 0:
                var first = _nextId++;
                _everOpened.Add(first);
                _segments.Add(first);
                journal.SegmentOpened(first);
                break;
            case 1 when _segments.Count > 0:
                FinishSegment(journal, _segments.ElementAt(step.Choice % _segments.Count));
                break;
            case 2:
                journal.SegmentRemoved(_done.DefaultIfEmpty(-1).First());
                break;
            case 3 or 4 or 5 or 6:
                Intend(journal, stream, step.Choice);
                break;
            case 9:
                Do(journal.Sync);
                break;
            default:
                Settle(journal, stream, step.Choice);
                break;
        }
    }

    private void FinishSegment(BufferJournal journal, long first)
    {
        _everDone.Add(first);
        if (!Do(() => journal.SegmentDone(first)))
            return;

        _segments.Remove(first);
        _done.Add(first);
    }

    private void Intend(BufferJournal journal, ulong stream, int choice)
    {
        var first = Math.Max(_nextId, _settled.GetValueOrDefault(stream) + 1);
        var intent = new AppendIntent(choice, new AppendPosition(choice * 3L, choice % 5 == 0 ? null : (ulong)choice), choice + 1, (ulong)choice << 40, first, first + (choice % 4));
        _nextId = intent.LastId + 1;
        _everIntended.Add((stream, intent));

        // The stream's records before it have their outcome: that is what its first id says.
        _settled[stream] = Math.Max(_settled.GetValueOrDefault(stream), first - 1);
        if (Do(() => journal.Intend(stream, intent)))
            _open[stream] = intent;
        else
            _open.Remove(stream);
    }

    private void Settle(BufferJournal journal, ulong stream, int choice)
    {
        // From something long settled to everything of the open intent.
        var open = _open.GetValueOrDefault(stream);
        var through = open is null ? choice % _nextId : open.LastId - (choice % 3);
        if (open is null || open.LastId <= through)
            _open[stream] = null;

        _settled[stream] = Math.Max(_settled.GetValueOrDefault(stream), through);
        journal.Settle(stream, through);
    }

    private bool Do(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (IOException)
        {
            EveryCallReturned = false;
            return false;
        }
    }

    public readonly record struct Step(int Kind, int Choice);
}
