using System.Buffers;
using System.Diagnostics.Metrics;
using System.Net;
using OssLogSinks.Core.Credentials;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Rolling;
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
        Assert.Single(_oss.Heads);
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
    public async Task RestartAfterAThousandFullObjects_FindsTheCurrentOneWithFewRequests()
    {
        for (var i = 0; i < 1000; i++)
            _oss.Put($"app{(i == 0 ? "" : "_" + i.ToString("000"))}.log", "full\n");
        _oss.Put("app_1000.log", "f\n");
        var options = Options(_oss);
        options.ObjectSizeLimit = 5;
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
        options.ObjectSizeLimit = 10;
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
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.ObjectSizeLimit = 3;
        options.RollOnObjectSizeLimit = false;
        options.Listener = fates;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("1234\n", state: "first"));
        appender.TryAppend(Record("5\n", state: "second"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["first"], fates.Stored);
        var (state, failure) = Assert.Single(fates.Lost);
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
        Assert.Contains(reports.Reports, r => r.Message.Contains("takes no more appends"));
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
        Assert.Equal(["a.log", "b.log", "c.log", "a.log"], _oss.Heads);
        Assert.InRange(appender.GetSnapshot().OpenStreams, 1, 2);
    }

    [Fact]
    public async Task FullSpool_RefusesCountsAndTells_AndMemoryStaysWithinItsLimit()
    {
        var gate = new TaskCompletionSource();
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.AppendSizeLimit = options.RecordSizeLimit = 4096;
        options.MemoryLimit = 64 << 10;
        options.Listener = fates;
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
        Assert.InRange(accepted, 100, 330);
        Assert.InRange(full.SpoolBytes, 1, options.MemoryLimit);
        Assert.Equal(1000 - accepted, full.Dropped[DropReason.SpoolFull]);
        gate.SetResult();
        await appender.FlushOrFailAsync();
        Assert.Equal(accepted, fates.Stored.Count);
        Assert.Equal(1000 - accepted, fates.Lost.Count);
        Assert.Equal(0, appender.GetSnapshot().SpoolBytes);
        Assert.Equal(accepted * 200, _oss.Text("app.log").Length);
    }

    [Fact]
    public async Task WaitingAppend_GoesOnWhenThereIsRoomAgain()
    {
        var gate = new TaskCompletionSource();
        var options = Options(_oss);
        options.AppendSizeLimit = options.RecordSizeLimit = 4096;
        options.MemoryLimit = 16 << 10;
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
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.RecordSizeLimit = 10;
        options.Listener = fates;
        await using var appender = new OssAppender(options);

        Assert.False(appender.TryAppend(Record("much too large\n", state: "large")));
        Assert.True(await appender.AppendAsync(Record("ok\n", state: "ok"), TestContext.Current.CancellationToken));
        await appender.FlushOrFailAsync();

        Assert.Equal(DropReason.TooLarge, Assert.Single(fates.Lost).Failure.Reason);
        Assert.Equal("ok\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CloseWithAServiceThatHangs_EndsInTimeAndTellsWhatWasLost()
    {
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.Listener = fates;
        _oss.Always = _ => new TaskCompletionSource<AppendObjectResult>().Task;
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", state: "a"));
        appender.TryAppend(Record("b\n", state: "b"));

        Assert.False(await appender.CloseAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        Assert.Equal(["a", "b"], fates.Lost.Select(l => l.State));
        Assert.All(fates.Lost, l => Assert.Equal(DropReason.CloseTimeOver, l.Failure.Reason));
        Assert.All(fates.Lost, l => Assert.True(l.Failure.MayBeStored));
        Assert.False(appender.TryAppend(Record("late\n", state: "late")));
        Assert.Equal(DropReason.Closed, fates.Lost[^1].Failure.Reason);
    }

    [Fact]
    public async Task RetryTimeOver_GivesUpAndGoesOnWithWhatComesNext()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.TimeProvider = time;
        options.RetryTimeLimit = TimeSpan.FromMinutes(1);
        options.Listener = fates;
        _oss.Next(_ =>
        {
            time.Advance(TimeSpan.FromMinutes(2));
            return Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        });
        _oss.Next(_ =>
        {
            time.Advance(TimeSpan.FromMinutes(2));
            return Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        });
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("lost\n", state: "lost"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));
        appender.TryAppend(Record("kept\n", state: "kept"));
        await appender.FlushOrFailAsync();

        Assert.Equal(DropReason.RetryTimeOver, Assert.Single(fates.Lost).Failure.Reason);
        Assert.Equal("kept\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task Refusal_IsReportedAtOnceWithAdvice_AndTriedAgainUntilMended()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        for (var i = 0; i < 3; i++)
            _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("x\n", _oss.Text("app.log"));
        var trouble = Assert.Single(reports.Reports, r => r.Level == OssDiagnosticLevel.Error);
        Assert.Contains("oss:PutObject", trouble.Message);
        Assert.Contains(reports.Reports, r => r.Message.Contains("works again"));
    }

    [Fact]
    public async Task RefusalWithACodeOfItsOwnEachTime_IsReportedABoundedNumberOfTimes()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.Diagnostics = reports;
        options.RefusalRetryDelay = TimeSpan.FromTicks(1);
        for (var i = 0; i < 300; i++)
            _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, $"Code{i}"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n"));
        await appender.FlushOrFailAsync();

        Assert.InRange(reports.Reports.Count, 1, 70);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e12)]
    [InlineData(-1.0)]
    [InlineData(null)]
    public async Task ChanceThatBreaksItsRules_StopsNothing(double? chance)
    {
        var options = Options(_oss);
        options.Random = () => chance ?? throw new InvalidOperationException("no chance");
        options.RetryDelay = options.RetryDelayLimit = TimeSpan.FromMilliseconds(1);
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("a\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public void EveryBadSetting_IsNamedInOneException()
    {
        var options = new OssAppenderOptions
        {
            Endpoint = "ftp://nowhere",
            Bucket = "Not A Bucket",
            Region = "oss-cn-hangzhou",
            Credentials = new EnvironmentCredentialsProvider(_ => null),
            ObjectKey = "/{Timestamp:yyyy/{",
            ObjectSizeLimit = 0,
            AppendSizeLimit = 1,
            RecordSizeLimit = 0,
            MemoryLimit = 0,
            ConcurrentAppends = 0,
            OpenStreamLimit = 0,
            AppendInterval = TimeSpan.FromSeconds(-1),
            RetryDelay = TimeSpan.Zero,
            RetryDelayLimit = TimeSpan.FromDays(99),
            RefusalRetryDelay = TimeSpan.Zero,
            RetryTimeLimit = TimeSpan.Zero,
            CloseTimeout = TimeSpan.FromSeconds(-5),
            RequestTimeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.Zero,
            RollingInterval = (OssRollingInterval)42,
            ObjectProperties = new OssObjectProperties { ContentType = "a\nb" },
            TimeProvider = null!,
            Random = null!,
        };

        var exception = Assert.Throws<OssSettingsException>(() => new OssAppender(options));

        string[] expected =
        [
            "AppendInterval", "AppendSizeLimit", "Bucket", "CloseTimeout", "ConcurrentAppends", "ConnectTimeout", "Endpoint",
            "MemoryLimit", "ObjectKey", "ObjectProperties", "ObjectSizeLimit", "OpenStreamLimit", "Random", "RecordSizeLimit",
            "RefusalRetryDelay", "Region", "RequestTimeout", "RetryDelay", "RetryDelayLimit", "RetryTimeLimit", "RollingInterval", "TimeProvider",
        ];
        Assert.Equal(expected, exception.Faults.Select(f => f.Setting).Distinct().Order(StringComparer.Ordinal));
        Assert.All(expected, setting => Assert.Contains(setting + ":", exception.Message));
    }

    [Fact]
    public async Task EmptyRecords_AreStoredWithoutARequestAndHoldNothingUp()
    {
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.Listener = fates;
        options.ObjectSizeLimit = 2;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("", state: "alone"));
        await appender.FlushOrFailAsync();
        appender.TryAppend(Record("a\n", state: "a"));
        appender.TryAppend(Record("", state: "last"));
        await appender.FlushOrFailAsync();

        Assert.Equal(["alone", "a", "last"], fates.Stored);
        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.Single(_oss.Appends);
        Assert.Equal(0, appender.GetSnapshot().SpoolBytes);
    }

    [Fact]
    public async Task SizeLimitWithoutRolling_HoldsAfterARestartToo()
    {
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.ObjectSizeLimit = 3;
        options.RollOnObjectSizeLimit = false;
        options.Listener = fates;
        _oss.Put("app.log", "1234\n");
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("5\n", state: "late"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["app.log"], _oss.Keys);
        Assert.Equal(DropReason.ObjectFull, Assert.Single(fates.Lost).Failure.Reason);
    }

    [Fact]
    public async Task RetryAfterOfManyYears_IsBoundedByTheLongestPause()
    {
        var options = Options(_oss);
        options.RetryDelayLimit = options.RetryDelay;
        _oss.NextFails(new OssException(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "busy") { RetryAfter = TimeSpan.FromSeconds(int.MaxValue) });
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("a\n"));
        await appender.FlushOrFailAsync();

        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CloseWhileAPauseIsBeingChosen_DoesNotWaitForThatPause()
    {
        Task<bool>? closed = null;
        OssAppender? appender = null;
        var options = Options(_oss);
        options.RefusalRetryDelay = TimeSpan.FromDays(1);
        options.Random = () =>
        {
            closed ??= appender!.CloseAsync(TimeSpan.FromSeconds(10));
            return 0.9;
        };
        _oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
        appender = new OssAppender(options);
        appender.TryAppend(Record("a\n"));

        await appender.FlushOrFailAsync();

        Assert.True(await closed!);
        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CloseWithAClientThatHeedsNoToken_EndsInTimeAndLeavesItsBodyAlone()
    {
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.Listener = fates;
        var client = new DeafClient();
        options.Client = client;
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", state: "a"));
        var waiting = appender.FlushAsync(TestContext.Current.CancellationToken);
        var body = await client.Body.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.False(await appender.CloseAsync(TimeSpan.Zero).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        Assert.False(await waiting);
        Assert.True(Assert.Single(fates.Lost).Failure.MayBeStored);
        var reused = Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(4096)).ToList();
        reused.ForEach(array => array.AsSpan().Fill((byte)'!'));
        Assert.Equal("a\n", System.Text.Encoding.UTF8.GetString(body.ToArray()));
        reused.ForEach(array => ArrayPool<byte>.Shared.Return(array));
    }

    [Fact]
    public async Task MeterListenerThatThrows_NeitherDoublesNorStopsAnything()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Tags?.Any(t => t.Value is "throwing-listener") == true)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("listener"));
        listener.Start();
        var options = Options(_oss);
        options.Bucket = "throwing-listener";
        await using var appender = new OssAppender(options);

        Assert.True(appender.TryAppend(Record("a\n")));
        await appender.FlushOrFailAsync();
        Assert.True(appender.TryAppend(Record("b\n")));
        await appender.FlushOrFailAsync();

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
        Assert.Equal(2, appender.GetSnapshot().Delivered);
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
        options.AppendSizeLimit = options.RecordSizeLimit = size;
        options.MemoryLimit = 2L * size;
        while (options.Validate().Count > 0)
            options.MemoryLimit += 64;
        await using var appender = new OssAppender(options);

        Assert.True(appender.TryAppend(Record(new string('x', size))));
        await appender.FlushOrFailAsync();

        Assert.InRange(options.MemoryLimit, 2L * size, 3L * size + 64);
    }

    [Fact]
    public async Task CloseTimeOver_OnlyTheAppendUnderWayMayBeStored()
    {
        var fates = new FateRecorder();
        var options = Options(_oss);
        options.Listener = fates;
        var sent = new TaskCompletionSource();
        _oss.Always = _ =>
        {
            sent.TrySetResult();
            return new TaskCompletionSource<AppendObjectResult>().Task;
        };
        var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n", state: "sent"));
        _ = appender.FlushAsync(TestContext.Current.CancellationToken);
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        appender.TryAppend(Record("b\n", state: "waiting"));

        Assert.False(await appender.CloseAsync(TimeSpan.Zero));

        Assert.Equal([("sent", true), ("waiting", false)], fates.Lost.Select(l => ((string)l.State, l.Failure.MayBeStored)));
    }

    [Fact]
    public async Task TroubleOfOneStreamWhileAnotherDelivers_IsReportedAtALimitedRateAndNotAsOver()
    {
        var reports = new ReportRecorder();
        var options = Options(_oss);
        options.ObjectKey = "{Tenant}.log";
        options.Diagnostics = reports;
        _oss.Always = request => request.Key == "bad.log"
            ? Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"))
            : Task.FromResult(_oss.Apply(request));
        options.CloseTimeout = TimeSpan.Zero;
        await using var appender = new OssAppender(options);

        appender.TryAppend(Record("x\n", values: "bad"));
        _ = appender.FlushAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 50; i++)
        {
            var refused = appender.GetSnapshot().Retries;
            while (appender.GetSnapshot().Retries < refused + 2)
                await Task.Yield();
            Assert.True(await appender.AppendAsync(Record("y\n", values: $"good{i % 5}"), TestContext.Current.CancellationToken));
            _ = appender.FlushAsync(TestContext.Current.CancellationToken);
            while (appender.GetSnapshot().Delivered <= i)
                await Task.Yield();
        }

        Assert.Single(reports.Reports, r => r.Level == OssDiagnosticLevel.Error);
        Assert.DoesNotContain(reports.Reports, r => r.Message.Contains("works again"));
    }

    [Fact]
    public async Task CloseWithAnImpossibleTime_IsRefusedAndNothingIsClosed()
    {
        await using var appender = new OssAppender(Options(_oss));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => appender.CloseAsync(TimeSpan.FromSeconds(-5)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => appender.CloseAsync(TimeSpan.MaxValue));

        Assert.True(appender.TryAppend(Record("a\n")));
        Assert.True(await appender.CloseAsync(Timeout.InfiniteTimeSpan));
        Assert.Equal("a\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task CloseAfterEarlierLosses_DoesNotSayThatEverythingIsStored()
    {
        var options = Options(_oss);
        options.ObjectSizeLimit = 1;
        options.RollOnObjectSizeLimit = false;
        await using var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n"));
        appender.TryAppend(Record("lost\n"));
        Assert.False(await appender.FlushAsync(TestContext.Current.CancellationToken));

        Assert.False(await appender.CloseAsync(TimeSpan.FromSeconds(10)));
    }
}
