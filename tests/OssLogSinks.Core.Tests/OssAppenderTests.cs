using System.Net;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

public class OssAppenderTests
{
    private readonly MemoryOss _oss = new();

    [Fact]
    public async Task RecordsOfOneStream_ShareOneAppendAndKeepTheirOrder()
    {
        await using var appender = new OssAppender(Options(_oss));

        for (var i = 0; i < 100; i++)
            Assert.True(appender.TryAppend(Record($"{i}\n")));
        await appender.FlushOrFailAsync();

        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"{i}\n")), _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
    }

    [Fact]
    public async Task Restart_GoesOnAtTheEndOfItsObject()
    {
        _oss.Put("app.log", "before\n");
        await using var appender = new OssAppender(Options(_oss));

        appender.TryAppend(Record("after\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("before\nafter\n", _oss.Text("app.log"));
        Assert.Equal([("app.log", 7L, 6)], _oss.Appends);
        Assert.Equal(["app.log", "app_001.log"], _oss.Heads);
    }

    [Fact]
    public async Task RestartWithAServiceThatTellsNoType_GoesOnInTheSameObject()
    {
        _oss.Put("app.log", "before\n", type: null);
        await using var appender = new OssAppender(Options(_oss));

        appender.TryAppend(Record("after\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("before\nafter\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task RestartAfterAThousandObjects_FindsTheCurrentWithFewRequests()
    {
        for (var i = 0; i < 1000; i++)
            _oss.Put($"app{(i == 0 ? "" : "_" + i.ToString("000"))}.log", "full\n");
        _oss.Put("app_1000.log", "f\n");
        var options = Options(_oss);
        options.ObjectSizeLimitBytes = 5;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("f\nx\n", _oss.Text("app_1000.log"));
        Assert.InRange(_oss.Heads.Count, 1, 22);
    }

    [Fact]
    public async Task SizeLimit_TheRecordThatCrossesItIsTheObjectsLast()
    {
        var options = Options(_oss);
        options.ObjectSizeLimitBytes = 10;
        await using var appender = new OssAppender(options);

        foreach (var text in new[] { "12345\n", "12345\n", "abcde\n", "f\n", "ghijk\n" })
            appender.TryAppend(Record(text));
        await appender.FlushOrFailAsync();

        Assert.Equal("12345\n12345\n", _oss.Text("app.log"));
        Assert.Equal("abcde\nf\nghijk\n", _oss.Text("app_001.log"));
        Assert.Equal(2, _oss.Keys.Count);
    }

    [Fact]
    public async Task SizeLimitWithoutRolling_DropsCountsAndTells()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.ObjectSizeLimitBytes = 3;
        options.RollOnObjectSizeLimit = false;
        options.Listener = outcomes;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("1234\n", state: "first"));
        appender.TryAppend(Record("5\n", state: "second"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["first"], outcomes.Delivered);
        var (state, failure) = Assert.Single(outcomes.Dropped);
        Assert.Equal("second", state);
        Assert.Equal(DropReason.ObjectFull, failure.Reason);
        Assert.Equal(1, appender.GetSnapshot().Dropped[DropReason.ObjectFull]);
    }

    [Fact]
    public async Task TimeRolls_TheEventsOwnTimeDecides()
    {
        var options = Options(_oss);
        options.RollingInterval = OssRollingInterval.Hour;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("one\n", Noon.AddMinutes(59)));
        appender.TryAppend(Record("two\n", Noon.AddMinutes(60)));
        appender.TryAppend(Record("late\n", Noon.AddMinutes(1)));
        await appender.FlushOrFailAsync();

        Assert.Equal("one\nlate\n", _oss.Text("app2026112212.log"));
        Assert.Equal("two\n", _oss.Text("app2026112213.log"));
    }

    [Theory]
    [InlineData("ObjectNotAppendable")]
    [InlineData("AppendSealedObjectNotAllowed")]
    [InlineData("FileImmutable")]
    [InlineData("EntityTooLarge")]
    [InlineData("InlineDataTooLarge")]
    public async Task ObjectTakesNoMoreAppends_GoesOnWithTheNextSequence(string code)
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Conflict, code));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("x\n", _oss.Text("app_001.log"));
        Assert.Contains(reports.Reports, r => r.Message.Contains("accepts no more appends"));
        Assert.Equal(1, appender.GetSnapshot().Rolls);
    }

    [Fact]
    public async Task ManyStreams_AreForgottenLeastRecentlyUsedFirstAndFoundAgain()
    {
        var options = Options(_oss);
        options.ObjectKey = "{Tenant}.log";
        options.OpenStreamLimit = 2;
        await using var appender = new OssAppender(options);

        foreach (var tenant in new[] { "a", "b", "c", "a" })
        {
            appender.TryAppend(Record($"{tenant}\n", values: tenant));
            await appender.FlushOrFailAsync();
        }

        Assert.Equal("a\na\n", _oss.Text("a.log"));
        Assert.Equal(["a.log", "b.log", "c.log", "a.log", "a_001.log"], _oss.Heads);
        Assert.InRange(appender.GetSnapshot().OpenStreams, 1, 2);
    }

    [Fact]
    public async Task FullBuffer_RefusesAndCountsWithinItsMemoryLimit()
    {
        var gate = new TaskCompletionSource();
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 64 << 10;
        options.Listener = outcomes;
        _oss.Always = async request =>
        {
            await gate.Task;
            return _oss.Apply(request);
        };
        await using var appender = new OssAppender(options);

        var accepted = 0;
        for (var i = 0; i < 1000; i++)
            accepted += appender.TryAppend(Record(new string('x', 199) + "\n", state: i)) ? 1 : 0;

        var full = appender.GetSnapshot();
        Assert.InRange(accepted, 50, 330);
        Assert.InRange(full.MemoryBytes, 1, options.MemoryLimitBytes);
        Assert.Equal(1000 - accepted, full.Dropped[DropReason.BufferFull]);
        gate.SetResult();
        await appender.FlushOrFailAsync();
        Assert.Equal(accepted, outcomes.Delivered.Count);
        Assert.Equal(1000 - accepted, outcomes.Dropped.Count);
        Assert.Equal(0, appender.GetSnapshot().MemoryBytes);
        Assert.Equal(accepted * 200, _oss.Text("app.log").Length);
    }

    [Fact]
    public async Task WaitingAppend_GoesOnWhenThereIsSpaceAgain()
    {
        var gate = new TaskCompletionSource();
        var options = Options(_oss);
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 16 << 10;
        _oss.Always = async request =>
        {
            await gate.Task;
            return _oss.Apply(request);
        };
        await using var appender = new OssAppender(options);

        var all = ((Func<Task>)(async () =>
        {
            for (var i = 0; i < 200; i++)
                Assert.True(await appender.AppendAsync(Record(new string('x', 499) + "\n"), TestContext.Current.CancellationToken));
        }))();
        gate.SetResult();
        await all.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await appender.FlushOrFailAsync();

        Assert.Equal(100_000, _oss.Text("app.log").Length);
    }

    [Fact]
    public async Task TooLargeRecord_IsGivenUpAndTheNextOneIsNot()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.EventSizeLimitBytes = 10;
        options.Listener = outcomes;
        await using var appender = new OssAppender(options);

        Assert.False(appender.TryAppend(Record("much too large\n", state: "large")));
        Assert.True(await appender.AppendAsync(Record("ok\n", state: "ok"), TestContext.Current.CancellationToken));
        await appender.FlushOrFailAsync();

        Assert.Equal(DropReason.TooLarge, Assert.Single(outcomes.Dropped).Failure.Reason);
        Assert.Equal("ok\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task EmptyRecords_AreStoredWithoutARequestAndHoldNothingUp()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.Listener = outcomes;
        options.ObjectSizeLimitBytes = 2;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("", state: "alone"));
        await appender.FlushOrFailAsync();
        appender.TryAppend(Record("a\n", state: "a"));
        appender.TryAppend(Record("", state: "last"));
        await appender.FlushOrFailAsync();

        Assert.Equal(["alone", "a", "last"], outcomes.Delivered);
        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
        Assert.Equal(0, appender.GetSnapshot().MemoryBytes);
    }

    [Fact]
    public async Task SizeLimitWithoutRolling_HoldsAfterARestartToo()
    {
        var outcomes = new OutcomeRecorder();
        var options = Options(_oss);
        options.ObjectSizeLimitBytes = 3;
        options.RollOnObjectSizeLimit = false;
        options.Listener = outcomes;
        _oss.Put("app.log", "1234\n");
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("5\n", state: "late"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["app.log"], _oss.Keys);
        Assert.Equal(DropReason.ObjectFull, Assert.Single(outcomes.Dropped).Failure.Reason);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(5000)]
    [InlineData(12_289)]
    [InlineData(258_049)]
    public async Task LargestRecord_FitsIntoTheSmallestMemoryThatIsAllowed(int size)
    {
        var options = Options(_oss);
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = size;
        options.MemoryLimitBytes = 2L * size;
        while (options.Validate().Count > 0)
            options.MemoryLimitBytes += 64;
        await using var appender = new OssAppender(options);

        Assert.True(appender.TryAppend(Record(new string('x', size))));
        await appender.FlushOrFailAsync();

        Assert.InRange(options.MemoryLimitBytes, 2L * size, 3L * size + 1024);
    }
}
