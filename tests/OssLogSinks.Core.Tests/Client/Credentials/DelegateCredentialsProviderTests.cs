using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

public class DelegateCredentialsProviderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero));
    private readonly Vault _vault = new();
    private readonly DelegateCredentialsProvider _provider;

    public DelegateCredentialsProviderTests() => _provider = new DelegateCredentialsProvider(_vault.FetchAsync, _time);

    [Fact]
    public async Task Credentials_AreKeptUntilTheyAreAboutToExpire()
    {
        _vault.Gives("A", ExpiringIn(60)).Gives("B", ExpiringIn(120));
        Assert.Equal("A", await IdAsync());

        _time.Advance(TimeSpan.FromMinutes(44));
        Assert.Equal("A", await IdAsync());
        Assert.Equal(1, _vault.Fetches);

        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("A", await IdAsync());
        await FetchedAsync(2);
        await EventuallyAsync("B");
    }

    [Fact]
    public async Task ManyAtOnce_FetchOnce()
    {
        var gate = _vault.GivesWhenOpened("A", null);

        var asked = Enumerable.Range(0, 20).Select(_ => IdAsync()).ToArray();
        gate.SetResult();

        Assert.All(await Task.WhenAll(asked), id => Assert.Equal("A", id));
        Assert.Equal(1, _vault.Fetches);
    }

    [Fact]
    public async Task OneCallersCancellation_IsNotTheOthers()
    {
        var gate = _vault.GivesWhenOpened("A", null);
        using var source = new CancellationTokenSource();

        var impatient = _provider.GetCredentialsAsync(null, source.Token).AsTask();
        var patient = IdAsync();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();

        Assert.Equal("A", await patient);
    }

    [Fact]
    public async Task RejectedCredentials_AreFetchedAgain()
    {
        _vault.Gives("A", null).Gives("B", null);
        var first = await _provider.GetCredentialsAsync(null, Cancel);

        var second = await _provider.GetCredentialsAsync(first, Cancel);

        Assert.Equal("B", second.AccessKeyId);
        Assert.Equal("B", (await _provider.GetCredentialsAsync(first, Cancel)).AccessKeyId);
        Assert.Equal(2, _vault.Fetches);
    }

    [Fact]
    public async Task FailedRenewal_LeavesTheOldUntilTheyExpire()
    {
        _vault.Gives("A", ExpiringIn(60)).Fails().Fails().Gives("B", null);
        await IdAsync();

        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal("A", await IdAsync());
        await FetchedAsync(2);
        Assert.Equal("A", await IdAsync());

        _time.Advance(TimeSpan.FromMinutes(10));
        var exception = await Assert.ThrowsAsync<OssCredentialsException>(() => IdAsync());
        Assert.IsType<InvalidOperationException>(exception.InnerException);
        _time.Advance(TimeSpan.FromSeconds(5));
        await EventuallyAsync("B");
    }

    [Fact]
    public async Task FailedFetch_IsSharedForAWhileAndThenRepeated()
    {
        _vault.Fails().Gives("A", null);
        var failure = await Assert.ThrowsAsync<OssCredentialsException>(IdAsync);

        for (var i = 0; i < 8; i++)
        {
            Assert.Same(failure, await Assert.ThrowsAsync<OssCredentialsException>(IdAsync));
            _time.Advance(TimeSpan.FromMilliseconds(99));
        }

        Assert.Equal(1, _vault.Fetches);
        _time.Advance(TimeSpan.FromMilliseconds(410));
        Assert.Equal("A", await IdAsync());
    }

    [Fact]
    public async Task FailureAfterARefusal_IsToldToAllWhoAskSoon()
    {
        _vault.Gives("A", null).Fails().Gives("B", null);
        var first = await _provider.GetCredentialsAsync(null, Cancel);

        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<OssCredentialsException>(() => _provider.GetCredentialsAsync(first, Cancel).AsTask());

        Assert.Equal(2, _vault.Fetches);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("B", (await _provider.GetCredentialsAsync(first, Cancel)).AccessKeyId);
    }

    [Fact]
    public async Task FetchThatHangs_IsGivenUp()
    {
        _vault.GivesWhenOpened("A", null);

        var asked = IdAsync();
        await _vault.FetchedAsync(1);
        while (!asked.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            await Task.Yield();
        }

        Assert.IsType<TimeoutException>((await Assert.ThrowsAsync<OssCredentialsException>(() => asked)).InnerException);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(0)]
    public async Task SeeminglyExpiredCredentials_AreNotFetchedForEachRequest(int minutes)
    {
        _vault.Gives("A", ExpiringIn(minutes)).Gives("B", ExpiringIn(60)).Gives("C", ExpiringIn(60));
        var first = await _provider.GetCredentialsAsync(null, Cancel);

        Assert.Equal("A", await IdAsync());
        Assert.Equal(1, _vault.Fetches);
        Assert.Equal("B", (await _provider.GetCredentialsAsync(first, Cancel)).AccessKeyId);
        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("B", await IdAsync());
        Assert.Equal(2, _vault.Fetches);
    }

    [Fact]
    public async Task CredentialsThatLookExpired_AreFetchedAgainAfterAWhile()
    {
        _vault.Gives("A", ExpiringIn(-60)).Gives("B", ExpiringIn(60));
        await IdAsync();

        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("B", await IdAsync());
    }

    [Theory]
    [MemberData(nameof(Extremes))]
    public async Task ExtremeTimes_DoNoHarm(DateTimeOffset now, DateTimeOffset expiration)
    {
        var time = new Stopped(now);
        var provider = new DelegateCredentialsProvider(_vault.FetchAsync, time);
        _vault.Fails().Gives("A", expiration);

        await Assert.ThrowsAsync<OssCredentialsException>(() => provider.GetCredentialsAsync(null, Cancel).AsTask());

        time.Seconds = 5;
        Assert.Equal("A", (await provider.GetCredentialsAsync(null, Cancel)).AccessKeyId);
    }

    public static TheoryData<DateTimeOffset, DateTimeOffset> Extremes
    {
        get
        {
            DateTimeOffset[] times =
            [
                DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch, new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue.AddTicks(-1), DateTimeOffset.MaxValue,
            ];
            var data = new TheoryData<DateTimeOffset, DateTimeOffset>();
            foreach (var now in times)
            {
                foreach (var expiration in times)
                    data.Add(now, expiration);
            }

            return data;
        }
    }

    private DateTimeOffset ExpiringIn(int minutes) => _time.GetUtcNow().AddMinutes(minutes);

    private async Task<string> IdAsync() => (await _provider.GetCredentialsAsync(null, Cancel)).AccessKeyId;

    // The fetch runs apart; what it brought is there some turns and, after a failure, another try and its pause later.
    private async Task EventuallyAsync(string id)
    {
        var current = "";
        while (current != id)
        {
            await Task.Yield();
            try
            {
                current = await IdAsync();
            }
            catch (OssCredentialsException)
            {
                current = "";
                _time.Advance(TimeSpan.FromSeconds(5));
            }
        }
    }

    // Time must not go on while a fetch is on its way: the fetch has a time limit.
    private async Task FetchedAsync(int count)
    {
        while (_vault.Fetches < count || _provider.IsFetching)
            await Task.Yield();
    }

    private sealed class Stopped(DateTimeOffset now) : TimeProvider
    {
        public int Seconds { get; set; }

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => Seconds * TimestampFrequency;
    }

    private sealed class Vault
    {
        private readonly Queue<Func<Task<OssCredentials>>> _answers = new();
        private int _fetches;

        public int Fetches => Volatile.Read(ref _fetches);

        public Vault Gives(string id, DateTimeOffset? expiration)
        {
            _answers.Enqueue(() => Task.FromResult(new OssCredentials(id, "secret") { Expiration = expiration }));
            return this;
        }

        public TaskCompletionSource GivesWhenOpened(string id, DateTimeOffset? expiration)
        {
            var gate = new TaskCompletionSource();
            _answers.Enqueue(async () =>
            {
                await gate.Task;
                return new OssCredentials(id, "secret") { Expiration = expiration };
            });
            return gate;
        }

        public Vault Fails()
        {
            _answers.Enqueue(() => throw new InvalidOperationException("The vault is closed."));
            return this;
        }

        public async ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
        {
            var answer = _answers.Dequeue();
            Interlocked.Increment(ref _fetches);
            return await answer();
        }

        public async Task FetchedAsync(int count)
        {
            while (Fetches < count)
                await Task.Yield();
        }
    }
}
