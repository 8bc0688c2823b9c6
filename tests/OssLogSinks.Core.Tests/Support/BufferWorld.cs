using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Support;

/// <summary>
/// An appender with a disk buffer, with everything around it in the test's hands: the disk, the clock and OSS. Records are
/// numbered per stream, so that the bucket tells what is missing, doubled, or out of order.
/// </summary>
internal sealed class BufferWorld
{
    public const string Path = "/buffer";

    private static readonly TimeSpan RealStep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    private readonly Dictionary<string, int> _logged = [];
    private readonly Dictionary<string, List<int>> _accepted = [];

    /// <param name="disk">A disk that another world uses too; null for one of its own.</param>
    public BufferWorld(MemoryDisk? disk = null)
    {
        Disk = disk ?? new MemoryDisk();
        Oss.Always = request => IsOssDown || Refuses?.Invoke(request.Key) == true
            ? Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"))
            : Task.FromResult(Oss.Apply(request));
        Options = new OssAppenderOptions
        {
            Client = Oss,
            ObjectKey = "{Stream}.log",
            BufferPath = Path,
            BufferSizeLimitBytes = 64 << 20,
            AppendSizeLimitBytes = 256 << 10,
            EventSizeLimitBytes = 128 << 10,
            MemoryLimitBytes = 16 << 20,
            AppendInterval = TimeSpan.FromSeconds(1),
            RetryDelayLimit = TimeSpan.FromSeconds(1),
            Random = () => 0.9,
            Diagnostics = Reports,
            Listener = Outcomes,
            TimeProvider = Time,
        };
    }

    public MemoryDisk Disk { get; }

    public FakeTimeProvider Time { get; } = new(AppenderTesting.Noon);

    public MemoryOss Oss { get; } = new();

    public ReportRecorder Reports { get; } = new();

    public OutcomeRecorder Outcomes { get; } = new();

    public OssAppenderOptions Options { get; }

    /// <summary>Whether OSS takes nothing.</summary>
    public bool IsOssDown { get; set; }

    /// <summary>Which objects OSS takes nothing for.</summary>
    public Func<string, bool>? Refuses { get; set; }

    /// <summary>What was accepted, by stream.</summary>
    public IReadOnlyDictionary<string, List<int>> Accepted => _accepted;

    /// <summary>How many records were brought, accepted or not.</summary>
    public int LoggedCount => _logged.Values.Sum();

    public int AcceptedCount => _accepted.Values.Sum(numbers => numbers.Count);

    public OssAppender Start() => new(Options, Disk);

    /// <summary>The segments of the one appender there is.</summary>
    public string[] Segments
    {
        get
        {
            if (!Disk.FoldersIn("/").Contains("buffer") || Disk.FoldersIn(Path) is not [var name])
                return [];

            return [.. Disk.FilesIn($"{Path}/{name}").Where(file => SegmentHeader.TryParseName(file, out _)).Select(file => $"{Path}/{name}/{file}")];
        }
    }

    /// <summary>Nothing is left on disk but the folder that was given.</summary>
    public void AssertNothingIsLeft() =>
        Assert.Empty(Disk.FoldersIn(Path).SelectMany(folder => Disk.FilesIn($"{Path}/{folder}").Append("").Select(file => $"{folder}/{file}")));

    public IEnumerable<string> Errors => Reports.Reports.Where(r => r.Level == OssDiagnosticLevel.Error).Select(r => r.Message);

    /// <summary>Brings the next record of a stream.</summary>
    /// <returns>Whether it was accepted.</returns>
    public bool Log(OssAppender appender, string stream = "a", int size = 16, bool hasState = false)
    {
        var number = _logged[stream] = _logged.GetValueOrDefault(stream) + 1;
        var isAccepted = appender.TryAppend(AppenderTesting.Record(Line(number, size), state: hasState ? $"{stream}{number}" : null, values: stream));
        if (isAccepted)
            Note(stream, number);
        return isAccepted;
    }

    public void Log(OssAppender appender, int count, string stream = "a", int size = 16, bool hasState = false)
    {
        for (var i = 0; i < count; i++)
            Assert.True(Log(appender, stream, size, hasState), $"Record {i} of {count} was refused.");
    }

    /// <summary>Brings the next record of a stream as soon as there is space.</summary>
    public async Task LogWhenThereIsSpaceAsync(OssAppender appender, string stream = "a", int size = 16)
    {
        var number = _logged[stream] = _logged.GetValueOrDefault(stream) + 1;
        var record = AppenderTesting.Record(Line(number, size), values: stream);
        Assert.True(await EndAsync(appender.AppendAsync(record, TestContext.Current.CancellationToken).AsTask()));
        Note(stream, number);
    }

    /// <summary>Every accepted record, and nothing else, is in the bucket once, each stream in order; unless <paramref name="mayMiss"/>.</summary>
    public void AssertDelivered(int mayMiss = 0)
    {
        var missing = 0;
        var keys = Oss.Keys.ToHashSet();
        foreach (var (stream, numbers) in _accepted)
        {
            var stored = keys.Contains(stream + ".log") ? NumbersIn(stream) : [];
            if (mayMiss == 0)
            {
                Assert.Equal(numbers, stored);
                continue;
            }

            // In order and without doubles, and nothing that was not accepted.
            Assert.Equal(stored.Distinct().Order(), stored);
            Assert.Empty(stored.Except(numbers));
            missing += numbers.Count - stored.Count;
        }

        Assert.Equal(mayMiss, missing);
    }

    public List<int> StoredOf(string stream) => Oss.Keys.Contains(stream + ".log") ? NumbersIn(stream) : [];

    /// <summary>How many records of a stream are stored.</summary>
    public int StoredCountOf(string stream) => Oss.LineCount(stream + ".log");

    /// <summary>The number of the last record of a stream that is stored; 0 if there is none.</summary>
    public int LastStoredOf(string stream) => Oss.LastLine(stream + ".log") is { } line ? NumberIn(line) : 0;

    /// <summary>Lets the clock run until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo, TimeSpan? step = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < LongestWait, "It never came. Reports: " + string.Join(" | ", Reports.Reports.Select(r => r.Message)));
            await StepAsync(step, isSo);
        }
    }

    /// <summary>Lets the clock run for a moment.</summary>
    public async Task StepAsync(TimeSpan? step = null, Func<bool>? isEnough = null)
    {
        Time.Advance(step ?? TimeSpan.FromMilliseconds(20));

        // The loops of the appender do not tell when they have done all that is due. They are given real time, or the clock would run away from
        // them; a busy loop would take the processor from them.
        for (var look = 0; look < 10; look++)
        {
            if (isEnough?.Invoke() == true)
                return;

            await Task.Yield();
        }

        await Task.Delay(RealStep, TestContext.Current.CancellationToken);
    }

    public async Task<T> EndAsync<T>(Task<T> task, TimeSpan? step = null)
    {
        await UntilAsync(() => task.IsCompleted, step);
        return await task;
    }

    public Task<bool> FlushAsync(OssAppender appender, OssFlushTarget target) =>
        EndAsync(appender.FlushAsync(target, TestContext.Current.CancellationToken));

    public Task<bool> CloseAsync(OssAppender appender, TimeSpan timeout) => EndAsync(appender.CloseAsync(timeout));

    private List<int> NumbersIn(string stream) =>
        [.. Oss.Text(stream + ".log").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NumberIn)];

    private static int NumberIn(string line) => int.Parse(line.TrimEnd('.'), CultureInfo.InvariantCulture);

    private static string Line(int number, int size) => number.ToString(CultureInfo.InvariantCulture).PadRight(size - 1, '.') + "\n";

    private void Note(string stream, int number)
    {
        if (!_accepted.TryGetValue(stream, out var numbers))
            _accepted.Add(stream, numbers = []);
        numbers.Add(number);
    }
}
