using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Faults;

/// <summary>Rows 34 to 45, 92 and 94: what can go wrong, on demand.</summary>
public class FaultScriptTests : EmulatorTest
{
    private const string Key = "app.log";

    [Fact]
    public async Task DroppedResponse_HasBeenWritten()
    {
        Emulator.Faults.DropResponseAfterCommit();
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        Assert.Equal("abc", Text(Key));
        var retry = await Client.AppendAsync(Key, 0, "abc");
        retry.Is(409, "PositionNotEqualToLength");
        Assert.Equal("3", retry["x-oss-next-append-position"]);
        Assert.Equal([0, 409], Emulator.Requests.Select(request => request.Status));
        Assert.Equal((1, 0), (Emulator.Faults.Injected, Emulator.Faults.Pending));
    }

    [Fact]
    public async Task DroppedRequest_HasNotBeenWritten()
    {
        Emulator.Faults.DropRequestBeforeCommit(2);
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        Assert.Null(Emulator.FindObject("logs", Key));
        (await Client.AppendAsync(Key, 0, "abc")).Is(200);
    }

    [Fact]
    public async Task ResetInBody_HasNotBeenWritten()
    {
        Emulator.Faults.ResetInBody();
        await FailsAsync(Client.SendAsync(TestRequest.Append(Key, 0, new byte[1 << 20])));
        Assert.Null(Emulator.FindObject("logs", Key));
    }

    [Fact]
    public async Task LateCommit_LandsWhenReleased()
    {
        var late = Emulator.Faults.CommitLater();
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        await late.Arrived;
        Assert.Null(Emulator.FindObject("logs", Key));
        Assert.True(await late.ReleaseAsync());
        Assert.True(await late.ReleaseAsync());
        Assert.Equal("abc", Text(Key));
    }

    [Fact]
    public async Task LateCommit_PositionTaken_IsRefused()
    {
        var late = Emulator.Faults.CommitLater();
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        (await Client.AppendAsync(Key, 0, "xyz")).Is(200);
        Assert.False(await late.ReleaseAsync());
        Assert.Equal("xyz", Text(Key));
    }

    [Fact]
    public async Task LateCommit_ByTheClock_CanBeAwaited()
    {
        Emulator.Faults.CommitLater(TimeSpan.FromMilliseconds(5));
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        await Emulator.Faults.WhenLandedAsync(TestContext.Current.CancellationToken);
        Assert.Equal("abc", Text(Key));
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(502, null)]
    [InlineData(403, "AccessDenied")]
    public async Task ScriptedError_ComesBeforeOrAfterTheCommit(int status, string? code)
    {
        Emulator.Faults.RespondBeforeCommit(status, code).RespondAfterCommit(status, code);
        (await Client.AppendAsync(Key, 0, "abc")).Is(status, code);
        Assert.Null(Emulator.FindObject("logs", Key));
        var after = await Client.AppendAsync(Key, 0, "abc");
        after.Is(status, code);
        Assert.Equal(code is null, after.Body.Length == 0);
        Assert.Equal("abc", Text(Key));
    }

    [Fact]
    public async Task Throttle_AnswersEither()
    {
        Emulator.Faults.Throttle().Throttle(status: 429);
        (await Client.AppendAsync(Key, 0, "x")).Is(503, "TotalQpsLimitExceeded");
        (await Client.AppendAsync(Key, 0, "x")).Is(429, "QpsLimitExceeded");
    }

    [Fact]
    public async Task ForeignWriterAndLostAnswer_HitTheSameAppend()
    {
        Emulator.Faults.DropResponseAfterCommit().InsertForeignAppendAfterCommit("stranger"u8);
        await FailsAsync(Client.AppendAsync(Key, 0, "abc"));
        Assert.Equal("abcstranger", Text(Key));
        Assert.Equal(2, Emulator.Faults.Injected);
    }

    [Fact]
    public async Task ForeignWriterBefore_TakesThePosition()
    {
        Emulator.Faults.InsertForeignAppendBefore("xyz"u8);
        (await Client.AppendAsync(Key, 0, "abc")).Is(409, "PositionNotEqualToLength");
        Assert.Equal("xyz", Text(Key));
    }

    [Fact]
    public async Task DamagedBody_ShowsInTheCrc()
    {
        Emulator.Faults.CorruptBody();
        var reply = await Client.AppendAsync(Key, 0, "abc");
        reply.Is(200);
        Assert.NotEqual("3231342946509354535", reply["x-oss-hash-crc64ecma"]);
        Assert.Equal("aBc", Text(Key));
        Assert.Equal($"{Emulator.FindObject("logs", Key)!.Crc64}", reply["x-oss-hash-crc64ecma"]);
    }

    [Fact]
    public async Task WrongCrc_IsInTheAnswerOnly()
    {
        Emulator.Faults.WrongCrcInAnswer();
        Assert.NotEqual("3231342946509354535", (await Client.AppendAsync(Key, 0, "abc"))["x-oss-hash-crc64ecma"]);
        Assert.Equal(3231342946509354535UL, Emulator.FindObject("logs", Key)!.Crc64);
    }

    [Fact]
    public async Task SealedOrDeletedInBetween_IsRefused()
    {
        await Client.AppendAsync(Key, 0, "abc");
        Emulator.Faults.DeleteBefore();
        Assert.Equal("0", (await Client.AppendAsync(Key, 3, "d"))["x-oss-next-append-position"]);
        await Client.AppendAsync(Key, 0, "abc");
        Emulator.Faults.SealBefore();
        (await Client.AppendAsync(Key, 3, "d")).Is(409, "AppendSealedObjectNotAllowed");
    }

    [Fact]
    public async Task QosHeaderAndRawBody_AreSent()
    {
        Emulator.Faults.QosDelayHeader(TimeSpan.FromMilliseconds(300));
        Assert.Equal("300", (await Client.AppendAsync(Key, 0, "x"))["x-oss-qos-delay-time"]);
        Emulator.Faults.ErrorBody(500, "<html>no</html>");
        var reply = await Client.AppendAsync(Key, 1, "x");
        Assert.Equal((500, "<html>no</html>"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Filter_ChoosesOperationAndKey()
    {
        Emulator.Faults.RespondBeforeCommit(503, null, 1, FaultFilter.Heads).RespondBeforeCommit(500, null, 1, new FaultFilter(OssOperation.AppendObject, "b"));
        (await Client.AppendAsync("a", 0, "x")).Is(200);
        Assert.Equal(500, (await Client.AppendAsync("b", 0, "x")).Status);
        Assert.Equal((503, 200), ((await Client.HeadAsync("a")).Status, (await Client.HeadAsync("a")).Status));
    }

    [Theory]
    [InlineData(FaultMoment.BeforeCommit, false)]
    [InlineData(FaultMoment.AfterCommit, true)]
    public async Task HeldRequest_WaitsForTheTest(FaultMoment moment, bool written)
    {
        var gate = Emulator.Faults.Hold(moment);
        var append = Client.AppendAsync(Key, 0, "abc");
        await gate.Arrived;
        Assert.Equal((written, false), (Emulator.FindObject("logs", Key) is not null, append.IsCompleted));
        gate.Release();
        (await append).Is(200);
    }

    [Fact]
    public async Task Delay_FollowsTheTimeProvider()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { TimeProvider = time }, TestContext.Current.CancellationToken);
        using var client = new TestClient(emulator);
        var gate = emulator.Faults.Delay(TimeSpan.FromMinutes(1), FaultMoment.AfterCommit).Hold();
        var append = client.AppendAsync(Key, 0, "abc");
        await gate.Arrived;
        gate.Release();
        while (!append.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        (await append).Is(200);
    }

    [Fact]
    public async Task Storm_EveryAppendIsWrittenOnceOrNotAtAll()
    {
        Emulator.Faults.Random(0.5, seed: 1, FaultKinds.All & ~FaultKinds.KindChange);
        var acknowledged = 0L;
        for (var n = 0; n < 200; n++)
        {
            try
            {
                var reply = await Client.AppendAsync(Key, acknowledged, "0123456789");
                acknowledged = reply["x-oss-next-append-position"] is { } next ? long.Parse(next, null) : acknowledged;
            }
            catch (HttpRequestException)
            {
            }
        }

        Emulator.Faults.Clear();
        await Emulator.Faults.WhenLandedAsync(TestContext.Current.CancellationToken);
        var requests = Emulator.Requests;
        Assert.InRange(Emulator.Faults.Injected, 60, 140);
        Assert.Equal(Emulator.Faults.Injected, Emulator.Faults.Drawn.Values.Sum());
        Assert.InRange(Emulator.Faults.Drawn[FaultKinds.DropAfter], 1, 30);
        Assert.True(requests.Count(request => request.Status == 0) > 10);
        Assert.Equal(Emulator.FindObject("logs", Key)!.NumberOfAppends * 10L, Text(Key).Length);
    }

    [Fact]
    public async Task SameSeed_GivesTheSameStorm()
    {
        var first = await StatusesAsync();
        Emulator.DeleteObject("logs", Key);
        Assert.Equal(first, await StatusesAsync());
        async Task<int[]> StatusesAsync()
        {
            Emulator.Faults.Random(0.5, 3, FaultKinds.ErrorBefore | FaultKinds.Unavailable | FaultKinds.TooManyRequests);
            var statuses = new int[30];
            for (var n = 0; n < statuses.Length; n++)
                statuses[n] = (await Client.HeadAsync(Key)).Status;

            return statuses;
        }
    }

    [Fact]
    public async Task AbortedConnections_AreReplacedByTheClient()
    {
        (await Client.AppendAsync(Key, 0, "abc")).Is(200);
        var gate = Emulator.Faults.Hold();
        var append = Client.AppendAsync(Key, 3, "d");
        await gate.Arrived;
        Emulator.AbortConnections();
        await FailsAsync(append);
        gate.Release();
        (await Client.HeadAsync(Key)).Is(200);
    }

    private static async Task FailsAsync(Task<TestReply> request) => await Assert.ThrowsAnyAsync<HttpRequestException>(() => request);
}
