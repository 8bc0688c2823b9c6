using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Delivery;

/// <summary>When a stream gets its turn.</summary>
public class AppendPacingTests
{
    private readonly MemoryOss _oss = new();
    private readonly FakeTimeProvider _time = new();
    private readonly AppendCounter _arrived = new();

    [Fact]
    public async Task Records_WaitTheAppendIntervalForOthers()
    {
        await using var appender = Begin();

        appender.TryAppend(Record("a\n"));
        _time.Advance(TimeSpan.FromSeconds(1));
        appender.TryAppend(Record("b\n"));
        Assert.Empty(_oss.Appends);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _arrived.ReachAsync(1);

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task FullAppend_GoesAtOnce()
    {
        await using var appender = Begin(o => o.AppendSizeLimitBytes = o.EventSizeLimitBytes = 4096);

        for (var i = 0; i < 5; i++)
            appender.TryAppend(Record(new string('x', 999) + "\n"));
        await _arrived.ReachAsync(1);

        Assert.Equal(4000, _oss.Appends[0].Length);
        await appender.FlushOrFailAsync();
    }

    [Fact]
    public async Task RecordsThatComeWhileAnAppendIsOnItsWay_ShareTheNextOne()
    {
        var gate = new TaskCompletionSource();
        _oss.Next(async request =>
        {
            _arrived.Count();
            await gate.Task;
            return _oss.Apply(request);
        });
        await using var appender = Begin();

        appender.TryAppend(Record("first\n"));
        var flush = appender.FlushOrFailAsync();
        await _arrived.ReachAsync(1);
        for (var i = 0; i < 100; i++)
            appender.TryAppend(Record("x\n"));
        gate.SetResult();
        await flush;
        await appender.FlushOrFailAsync();

        Assert.Equal([6, 200], _oss.Appends.Select(a => a.Length));
    }

    [Fact]
    public async Task WhenMemoryGetsShort_TheLargestGo_AndTheOthersWaitForMore()
    {
        await using var appender = Begin(o =>
        {
            o.ObjectKey = "{Tenant}.log";
            o.ConcurrentAppends = 1;
            o.AppendSizeLimitBytes = o.EventSizeLimitBytes = 128 << 10;
            o.MemoryLimitBytes = 512 << 10;
        });

        Add("small", records: 1);
        Add("large", records: 100);
        for (var i = 0; i < 12; i++)
            Add($"middle{i}", records: 24);
        await _arrived.ReachAsync(1);
        while (appender.GetSnapshot().Delivered < 100)
            await Task.Yield();

        // The next one that gets large is due, with one worker behind all that were due before.
        Add("next", records: 100);
        await _arrived.ReachAsync(1);
        Assert.Equal(["large.log", "next.log"], _oss.Appends.Select(a => a.Key));

        await appender.FlushOrFailAsync();
        Assert.Equal(1024, _oss.Text("small.log").Length);

        void Add(string tenant, int records)
        {
            for (var i = 0; i < records; i++)
                Assert.True(appender.TryAppend(Record(new string('x', 1023) + "\n", values: tenant)));
        }
    }

    [Fact]
    public async Task RecordThatFindsNoSpace_HasEverythingSent()
    {
        await using var appender = Begin(o =>
        {
            o.ObjectKey = "{Tenant}.log";
            o.AppendSizeLimitBytes = o.EventSizeLimitBytes = 256 << 10;
            o.MemoryLimitBytes = 1 << 20;
        });
        var text = new string('x', 256 << 10);

        // The first appends may be sent before the memory is full, and must not free any of it.
        var isRefused = new TaskCompletionSource();
        _oss.BeforeEach(async _ =>
        {
            await isRefused.Task;
            _arrived.Count();
        });
        foreach (var tenant in new[] { "a", "b", "c" })
            Assert.True(appender.TryAppend(Record(text, values: tenant)));

        Assert.False(appender.TryAppend(Record(text, values: "d")));
        isRefused.SetResult();
        await _arrived.ReachAsync(3);
        await appender.FlushOrFailAsync();
        Assert.Equal(["a.log", "b.log", "c.log"], _oss.Keys.Order());
    }

    [Fact]
    public async Task StreamThatCannotBeAppendedTo_HoldsNoOtherUp()
    {
        await using var appender = Begin(o =>
        {
            o.ObjectKey = "{Tenant}.log";
            o.ConcurrentAppends = 1;
            o.RefusalRetryDelay = TimeSpan.FromHours(1);
            o.CloseTimeout = TimeSpan.Zero;
        });
        _oss.Always = request => request.Key == "bad.log"
            ? Task.FromException<AppendObjectResult>(MemoryOss.Refusal(System.Net.HttpStatusCode.Forbidden, "AccessDenied"))
            : Task.FromResult(_oss.Apply(request));

        appender.TryAppend(Record("x\n", values: "bad"));
        appender.TryAppend(Record("y\n", values: "good"));
        _time.Advance(TimeSpan.FromSeconds(2));
        var flush = appender.FlushAsync(TestContext.Current.CancellationToken);
        while (_oss.Keys.Count == 0)
            await Task.Yield();

        Assert.Equal("y\n", _oss.Text("good.log"));
        Assert.False(flush.IsCompleted);
        Assert.True(appender.GetSnapshot().OldestUndelivered >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Flush_CoversWhatCameBeforeItOnly()
    {
        var gate = new TaskCompletionSource();
        await using var appender = Begin();
        appender.TryAppend(Record("before\n"));
        await appender.FlushOrFailAsync();
        _oss.Always = async request =>
        {
            await gate.Task;
            return _oss.Apply(request);
        };

        appender.TryAppend(Record("after\n"));

        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => appender.FlushAsync(impatient.Token));
        gate.SetResult();
        await appender.FlushOrFailAsync();
        Assert.Equal("before\nafter\n", _oss.Text("app.log"));
    }

    private OssAppender Begin(Action<OssAppenderOptions>? configure = null)
    {
        var options = Options(_oss);
        options.TimeProvider = _time;
        _oss.Always = request =>
        {
            var result = _oss.Apply(request);
            _arrived.Count();
            return Task.FromResult(result);
        };
        configure?.Invoke(options);
        return new OssAppender(options);
    }
}

/// <summary>Counts what arrives, and lets a test wait for it.</summary>
internal sealed class AppendCounter
{
    private readonly Channel<int> _arrivals = Channel.CreateUnbounded<int>();

    public void Count() => _arrivals.Writer.TryWrite(1);

    public async Task ReachAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await _arrivals.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
