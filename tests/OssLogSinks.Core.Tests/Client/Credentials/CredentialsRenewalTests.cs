using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

public class CredentialsRenewalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero));
    private readonly ServiceContact _contact;
    private readonly Queue<Func<OssCredentials>> _answers = new();
    private double _chance = 0.5;
    private int _fetches;

    public CredentialsRenewalTests() => _contact = new ServiceContact(_time);

    [Theory]
    [InlineData(15, 7.5)]
    [InlineData(60, 45)]
    [InlineData(360, 288)]
    public async Task Renewal_BeginsWithinTheMargin(int lifetime, double expected)
    {
        _chance = 0;
        var renewal = NewRenewal();
        Gives("A", TimeSpan.FromMinutes(lifetime));
        Gives("B", TimeSpan.FromDays(2));
        await IdAsync(renewal);

        _time.Advance(TimeSpan.FromMinutes(expected) - TimeSpan.FromSeconds(1));
        await IdAsync(renewal);
        Assert.Equal(1, _fetches);
        _time.Advance(TimeSpan.FromSeconds(1));

        await UntilAsync(renewal, "B");
    }

    [Fact]
    public async Task Renewal_IsUpToATenthOfTheMarginLater()
    {
        _chance = 0.999;
        var renewal = NewRenewal();
        Gives("A", TimeSpan.FromMinutes(60));
        Gives("B", TimeSpan.FromDays(2));
        await IdAsync(renewal);

        _time.Advance(TimeSpan.FromMinutes(46.4));
        await IdAsync(renewal);
        Assert.Equal(1, _fetches);
        _time.Advance(TimeSpan.FromMinutes(0.1));

        await UntilAsync(renewal, "B");
    }

    [Fact]
    public async Task Failures_PauseLongerEachTimeUpToAMinute()
    {
        var renewal = NewRenewal();
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            Fails();
            var failure = await FailureAsync(renewal);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Same(failure, await FailureAsync(renewal));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(8, _fetches);
    }

    [Theory]
    [InlineData(0.0, 800)]
    [InlineData(0.5, 1000)]
    public async Task Pause_IsAFifthShorterOrLongerByChance(double chance, int milliseconds)
    {
        _chance = chance;
        var renewal = NewRenewal();
        Fails();
        Gives("A", TimeSpan.FromHours(1));
        await FailureAsync(renewal);

        _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        await FailureAsync(renewal);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("A", await IdAsync(renewal));
    }

    [Fact]
    public async Task LastingFailure_PausesForAMinuteAtOnce()
    {
        var renewal = NewRenewal();
        _answers.Enqueue(() => throw new OssCredentialsException("No role.") { Outlook = FetchOutlook.Lasting });
        Gives("A", TimeSpan.FromHours(1));
        await FailureAsync(renewal);

        _time.Advance(TimeSpan.FromSeconds(59));
        await FailureAsync(renewal);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("A", await IdAsync(renewal));
    }

    [Fact]
    public async Task WaitThatTheServiceAsksFor_IsKept()
    {
        var renewal = NewRenewal();
        _answers.Enqueue(() => throw new OssCredentialsException("Throttled.") { RetryAfter = TimeSpan.FromSeconds(20) });
        Gives("A", TimeSpan.FromHours(1));
        await FailureAsync(renewal);

        _time.Advance(TimeSpan.FromSeconds(19));
        await FailureAsync(renewal);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("A", await IdAsync(renewal));
    }

    [Fact]
    public async Task FailedRenewal_LeavesTheOldUntilFiveSecondsBeforeTheirEnd()
    {
        var renewal = NewRenewal();
        Gives("A", TimeSpan.FromHours(1));
        await IdAsync(renewal);
        for (var i = 0; i < 100; i++)
            Fails();

        _time.Advance(TimeSpan.FromSeconds(3594));
        Assert.Equal("A", await IdAsync(renewal));
        _time.Advance(TimeSpan.FromSeconds(1));

        await FailureAsync(renewal);
    }

    [Fact]
    public async Task RefusedWhileARenewalPauses_IsFetchedAtOnceAndOnce()
    {
        var renewal = NewRenewal();
        Gives("A", TimeSpan.FromHours(1));
        var first = await renewal.GetAsync(null, Cancel);
        Fails();
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal("A", await IdAsync(renewal));
        await FetchedAsync(renewal, 2);
        Fails();

        await FailureAsync(renewal, first);
        await FailureAsync(renewal, first);

        Assert.Equal(3, _fetches);
    }

    [Fact]
    public async Task SameSetAfterARefusal_IsNoRenewal()
    {
        var renewal = NewRenewal();
        var end = _time.GetUtcNow().AddHours(1);
        Gives("A", end);
        var first = await renewal.GetAsync(null, Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        Gives("A", end);
        Assert.True((await renewal.GetAsync(first, Cancel)).Matches(first));

        Assert.True((await renewal.GetAsync(first, Cancel)).Matches(first));
        Assert.Equal(2, _fetches);
        _time.Advance(TimeSpan.FromSeconds(1));
        Gives("B", end);

        Assert.Equal("B", (await renewal.GetAsync(first, Cancel)).AccessKeyId);
    }

    [Fact]
    public async Task EachNewSetRefusedAtOnce_IsFetchedWithPauses()
    {
        var renewal = NewRenewal();
        Gives("A", TimeSpan.FromHours(1));
        var first = await renewal.GetAsync(null, Cancel);
        Gives("B", TimeSpan.FromHours(1));
        var second = await renewal.GetAsync(first, Cancel);

        Assert.True((await renewal.GetAsync(second, Cancel)).Matches(second));
        Assert.Equal(2, _fetches);
        _time.Advance(TimeSpan.FromSeconds(2));
        Gives("C", TimeSpan.FromHours(1));

        Assert.Equal("C", (await renewal.GetAsync(second, Cancel)).AccessKeyId);
    }

    [Fact]
    public async Task SameSetBeforeItsEnd_IsAskedForAgainLater()
    {
        var renewal = NewRenewal();
        var end = _time.GetUtcNow().AddHours(6);
        Gives("A", end);
        await IdAsync(renewal);
        _time.Advance(TimeSpan.FromHours(5));
        Gives("A", end);
        await IdAsync(renewal);
        await FetchedAsync(renewal, 2);

        for (var i = 0; i < 50; i++)
            await IdAsync(renewal);

        Assert.Equal(2, _fetches);
        Gives("B", end.AddHours(6));
        _time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(renewal, "B");
    }

    [Theory]
    [InlineData(-40)]
    [InlineData(40)]
    public async Task CorrectedClock_DecidesWhenCredentialsEnd(int minutes)
    {
        // This machine's clock is wrong; the credentials end an hour from now by the service's.
        var renewal = NewRenewal();
        var truth = _time.GetUtcNow().AddMinutes(minutes);
        Gives("A", truth.AddHours(1));
        await IdAsync(renewal);
        _contact.Clock.Set(truth);
        for (var i = 0; i < 100; i++)
            Fails();

        _time.Advance(TimeSpan.FromSeconds(3594));
        Assert.Equal("A", await IdAsync(renewal));
        _time.Advance(TimeSpan.FromSeconds(1));

        await FailureAsync(renewal);
    }

    [Fact]
    public async Task CredentialsWithoutAnEnd_AreFetchedAgainAfterTheirTime()
    {
        var renewal = NewRenewal(TimeSpan.FromMinutes(10));
        Gives("A", end: null);
        Gives("B", end: null);
        await IdAsync(renewal);

        _time.Advance(TimeSpan.FromMinutes(9));
        await IdAsync(renewal);
        Assert.Equal(1, _fetches);
        _time.Advance(TimeSpan.FromMinutes(1));

        await UntilAsync(renewal, "B");
    }

    private CredentialsRenewal NewRenewal(TimeSpan? keepFor = null) =>
        new(Fetch, new RenewalSettings("The source", _time, _contact) { Chance = () => _chance, KeepFor = keepFor });

    private ValueTask<OssCredentials> Fetch(CancellationToken cancellationToken)
    {
        var answer = _answers.Dequeue();
        Interlocked.Increment(ref _fetches);
        return new ValueTask<OssCredentials>(answer());
    }

    private void Gives(string id, TimeSpan lifetime) => Gives(id, _time.GetUtcNow() + lifetime);

    private void Gives(string id, DateTimeOffset? end) => _answers.Enqueue(() => new OssCredentials(id, "secret") { Expiration = end });

    private void Fails() => _answers.Enqueue(() => throw new OssCredentialsException("The source is down."));

    private static async Task<string> IdAsync(CredentialsRenewal renewal) => (await renewal.GetAsync(null, Cancel)).AccessKeyId;

    private static async Task<OssCredentialsException> FailureAsync(CredentialsRenewal renewal, OssCredentials? rejected = null) =>
        await Assert.ThrowsAsync<OssCredentialsException>(() => renewal.GetAsync(rejected, Cancel).AsTask());

    // A background renewal runs apart from its caller.
    private static async Task UntilAsync(CredentialsRenewal renewal, string id)
    {
        while (await IdAsync(renewal) != id)
            await Task.Yield();
    }

    private async Task FetchedAsync(CredentialsRenewal renewal, int count)
    {
        while (Volatile.Read(ref _fetches) < count || renewal.IsFetching)
            await Task.Yield();
    }
}
