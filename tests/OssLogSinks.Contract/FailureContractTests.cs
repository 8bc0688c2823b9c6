using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using static OssLogSinks.Contract.ClientUnderTest;

namespace OssLogSinks.Contract;

/// <summary>What a client makes of an append that fails: a refusal with OSS's own code, or nothing that proves anything. It repeats none.</summary>
public abstract class FailureContractTests : ReadContractTests
{
    [Fact]
    public async Task MissingBucket_IsRefused()
    {
        await using var test = await StartAsync(options => options.Buckets.Clear());

        Assert.Equal((404, "NoSuchBucket"), await test.RefusalAsync());
    }

    [Fact]
    public async Task WrongSecret_IsRefusedAndNotShown()
    {
        await using var test = await StartAsync();
        test.Oss.SetCredentials(new EmulatedCredentials(test.Oss.AccessKeyId, "another-secret"));

        var refusal = Assert.IsAssignableFrom<OssException>(await test.FailureAsync());

        Assert.Equal((403, "SignatureDoesNotMatch"), ((int)refusal.StatusCode, refusal.Code));
        Assert.DoesNotContain(test.Oss.AccessKeySecret, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownKeyId_IsRefused()
    {
        await using var test = await StartAsync();
        test.Oss.RemoveCredentials(test.Oss.AccessKeyId);

        Assert.Equal((403, "InvalidAccessKeyId"), await test.RefusalAsync());
    }

    [Theory]
    [InlineData(400, "InvalidArgument")]
    [InlineData(400, "RequestTimeout")]
    [InlineData(403, "AccessDenied")]
    [InlineData(429, "QpsLimitExceeded")]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(503, "TotalQpsLimitExceeded")]
    public async Task CodeOfOss_ArrivesWithItsStatusAndIsSentOnce(int status, string code)
    {
        await using var test = await StartAsync();
        test.Oss.Faults.RespondBeforeCommit(status, code);

        Assert.Equal((status, code), await test.RefusalAsync());
        Assert.Single(test.Appends);
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(429, "QpsLimitExceeded")]
    public async Task CodeAfterTheWrite_IsSentOnce(int status, string code)
    {
        await using var test = await StartAsync();
        test.Oss.Faults.RespondAfterCommit(status, code);

        Assert.Equal((status, code), await test.RefusalAsync());
        Assert.Single(test.Appends);
    }

    [Fact]
    public async Task CodeThatNobodyKnows_IsNotMadeIntoAnother()
    {
        await using var test = await StartAsync();
        test.Oss.Faults.RespondAfterCommit(409, "SomethingNew");

        var failure = await test.FailureAsync();

        Assert.True(failure is not OssException { Code: not (null or "SomethingNew") });
        Assert.Single(test.Appends);
    }

    [Theory]
    [MemberData(nameof(GatewayStatuses))]
    public async Task GatewaysPageAfterTheWrite_HasNoCodeAndIsSentOnce(int status)
    {
        await using var test = await StartAsync();
        test.Oss.Faults.GatewayPage(status, FaultMoment.AfterCommit);

        AssertProvesNothing(await test.FailureAsync());
        Assert.Single(test.Appends);
        Assert.Equal("x", test.Text());
    }

    [Theory]
    [MemberData(nameof(GatewayStatuses))]
    public async Task EmptyAnswerAfterTheWrite_HasNoCodeAndIsSentOnce(int status)
    {
        await using var test = await StartAsync();
        test.Oss.Faults.RespondAfterCommit(status);

        AssertProvesNothing(await test.FailureAsync());
        Assert.Single(test.Appends);
    }

    [Fact]
    public async Task BrokenErrorDocument_HasNoCode()
    {
        await using var test = await StartAsync();
        test.Oss.Faults.ErrorBody(503, "<Error><Code>ServiceUnavailable</Co");

        AssertProvesNothing(await test.FailureAsync());
        Assert.Single(test.Appends);
    }

    [Fact]
    public async Task LostAnswer_IsNoRefusalAndSentOnce()
    {
        await using var test = await StartAsync();
        test.Oss.Faults.DropResponseAfterCommit();

        AssertUnanswered(await test.FailureAsync());
        Assert.Single(test.Appends);
        Assert.Equal("x", test.Text());
    }

    // The second append goes over the connection of the first.
    [Fact]
    public async Task LostAnswerOnAUsedConnection_IsSentOnce()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        test.Oss.Faults.DropResponseAfterCommit();

        AssertUnanswered(await test.FailureAsync(() => test.AppendAsync("world\n", position: 6)));
        Assert.Equal(2, test.Appends.Count);
    }

    [Fact]
    public async Task LostRequest_IsNoRefusalAndSentOnce()
    {
        await using var test = await StartAsync();
        test.Oss.Faults.DropRequestBeforeCommit();

        AssertUnanswered(await test.FailureAsync());
        Assert.Single(test.Appends);
    }

    [Fact]
    public async Task ConnectionCutInTheBody_IsNoRefusal()
    {
        await using var test = await StartAsync();
        test.Oss.Faults.ResetInBody();

        AssertUnanswered(await test.FailureAsync(() => test.AppendAsync(new string('x', 1 << 20))));
        Assert.Empty(test.Oss.ListObjects(Bucket));
    }

    [Fact]
    public async Task CallWithoutAnAnswer_EndsByItself()
    {
        await using var test = await StartAsync(timeout: TimeSpan.FromSeconds(1));
        var held = test.Oss.Faults.Hold();

        var call = test.AppendAsync("x");
        await Task.WhenAny(call).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        AssertUnanswered(await test.FailureAsync(() => call));
        held.Release();
    }

    [Fact]
    public async Task CancelledCall_EndsAtOnce()
    {
        await using var test = await StartAsync(timeout: TimeSpan.FromHours(1));
        var held = test.Oss.Faults.Hold();
        using var cancellation = new CancellationTokenSource();
        var call = test.Client.AppendObjectAsync(Request("x"u8.ToArray()), cancellation.Token);
        await held.Arrived.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        held.Release();
    }
}
