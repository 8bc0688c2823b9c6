using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>A client that is plugged in and does not end its calls.</summary>
public sealed class UnendedCallTests : IDisposable
{
    private readonly MemoryOss _oss = new() { HeedsCancellation = false };
    private readonly FakeTimeProvider _time = new(Noon);
    private readonly SemaphoreSlim _unended = new(0);

    public void Dispose() => _unended.Dispose();

    [Fact]
    public async Task AppendThatNeverEnds_IsSentAgain()
    {
        _oss.Next(_ => Never<AppendObjectResult>());

        await DeliverAsync(_oss, "a\n", "b\n");

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
        Assert.Equal([("app.log", 0L, 2), ("app.log", 0L, 2), ("app.log", 2L, 2)], _oss.Appends);
    }

    [Fact]
    public async Task AppendThatWritesAndNeverEnds_IsStoredOnce()
    {
        _oss.Next(request =>
        {
            _oss.Apply(request);
            return Never<AppendObjectResult>();
        });

        await DeliverAsync(_oss, "a\n", "b\n");

        Assert.Equal("a\nb\n", _oss.Text("app.log"));
        Assert.Equal([("app.log", 0L, 2), ("app.log", 2L, 2)], _oss.Appends);
    }

    [Fact]
    public async Task AppendThatBlocksItsThread_IsSentAgain()
    {
        using var blocked = new ManualResetEventSlim();
        _oss.Next(_ =>
        {
            _unended.Release();
            blocked.Wait(TestContext.Current.CancellationToken);
            return new TaskCompletionSource<AppendObjectResult>().Task;
        });

        await DeliverAsync(_oss, "a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        blocked.Set();
    }

    [Fact]
    public async Task HeadThatNeverEnds_IsSentAgain()
    {
        var client = new SlowHeads(_oss, slow: 2, Never<HeadObjectResult?>);

        await DeliverAsync(client, "a\n");

        Assert.Equal("a\n", _oss.Text("app.log"));
        Assert.True(client.Slow < 0);
    }

    [Theory]
    [InlineData(OssCompression.None)]
    [InlineData(OssCompression.Gzip)]
    public async Task BodyOfAnUnendedCall_IsNotUsedAgain(OssCompression compression)
    {
        ReadOnlySequence<byte> body = default;
        byte[] sent = [];
        _oss.Next(request =>
        {
            body = request.Body;
            sent = body.ToArray();
            return Never<AppendObjectResult>();
        });
        var options = OptionsOf(_oss);
        options.Compression = compression;
        options.ObjectKey = compression == OssCompression.Gzip ? "app.log.gz" : "app.log";

        await DeliverAsync(options, [.. Enumerable.Range(0, 200).Select(i => new string((char)('a' + (i % 26)), 3000) + "\n")]);

        Assert.NotEmpty(sent);
        Assert.Equal(sent, body.ToArray());
    }

    [Fact]
    public async Task BodyOfACallThatEndsLate_IsUsedAgainThen()
    {
        ReadOnlySequence<byte> body = default;
        byte[] sent = [];
        var late = new TaskCompletionSource<AppendObjectResult>();
        _oss.Next(request =>
        {
            body = request.Body;
            sent = body.ToArray();
            _unended.Release();
            return late.Task;
        });
        await using var appender = new OssAppender(OptionsOf(_oss));

        for (var i = 0; i < 50; i++)
            await LogAsync((char)('a' + (i % 26)));
        Assert.Equal(sent, body.ToArray());

        late.SetException(new IOException());
        await Wait.UntilAsync(() =>
        {
            LogAsync('-').GetAwaiter().GetResult();
            return !body.ToArray().SequenceEqual(sent);
        });

        async Task LogAsync(char text)
        {
            appender.TryAppend(Record(new string(text, 3000) + "\n"));
            Assert.True(await PassTimeAsync(appender.FlushAsync(TestContext.Current.CancellationToken)));
        }
    }

    [Fact]
    public async Task CallThatIsCancelledBefore_IsNotMade()
    {
        var calls = 0;
        var client = Bounded(_ =>
        {
            Interlocked.Increment(ref calls);
            return Never<AppendObjectResult>();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.AppendObjectAsync(new AppendObjectRequest("a", 0, default), new CancellationToken(true)));

        // A call that was begun would be among the first things that the pool does.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => { }, TestContext.Current.CancellationToken)));
        Assert.Equal(0, Volatile.Read(ref calls));
    }

    [Fact]
    public async Task CallThatTakesTooLong_IsCancelled()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = Bounded(token =>
        {
            token.Register(cancelled.SetResult);
            return Never<AppendObjectResult>();
        });

        var error = await EndsInAsync(35, client.AppendObjectAsync(new AppendObjectRequest("a", 0, default), TestContext.Current.CancellationToken));

        Assert.Contains("AppendObject of the client ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Scripted did not end within 35 seconds", error.Message, StringComparison.Ordinal);
        await cancelled.Task.InTime();
    }

    [Fact]
    public async Task CancellationThatBlocks_HoldsNobodyUp()
    {
        using var blocked = new ManualResetEventSlim();
        var client = Bounded(token =>
        {
            token.Register(() => blocked.Wait(CancellationToken.None));
            return Never<AppendObjectResult>();
        });

        await EndsInAsync(35, client.AppendObjectAsync(new AppendObjectRequest("a", 0, default), TestContext.Current.CancellationToken));
        blocked.Set();
    }

    [Fact]
    public async Task AnswerThatComesTooLate_IsDisposed()
    {
        var content = new TellingStream();
        var answer = new TaskCompletionSource<GetObjectResult>();
        var client = new BoundedClient(new Scripted { Get = _ => Begun(answer.Task) }, TimeSpan.FromSeconds(35), _time);
        await EndsInAsync(35, client.GetObjectAsync(new GetObjectRequest("a"), TestContext.Current.CancellationToken));

        answer.SetResult(new GetObjectResult(content, null));

        await content.Disposed.Task.InTime();
    }

    [Fact]
    public async Task CancelledCall_EndsAtOnce()
    {
        using var cancellation = new CancellationTokenSource();
        var client = Bounded(_ => Never<AppendObjectResult>());
        var call = client.AppendObjectAsync(new AppendObjectRequest("a", 0, default), cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.InTime());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public void RequestTimeoutOfAnotherClient_IsChecked(int hours)
    {
        var options = OptionsOf(_oss);
        options.RequestTimeout = TimeSpan.FromHours(hours);

        var fault = Assert.Single(Assert.Throws<OssSettingsException>(() => new OssAppender(options)).Faults);

        Assert.Equal(nameof(options.RequestTimeout), fault.Setting);
    }

    private Task<T> Never<T>() => Begun(new TaskCompletionSource<T>().Task);

    private Task<T> Begun<T>(Task<T> call)
    {
        _unended.Release();
        return call;
    }

    private BoundedClient Bounded(Func<CancellationToken, Task<AppendObjectResult>> append) =>
        new(new Scripted { Append = append }, TimeSpan.FromSeconds(35), _time);

    private OssAppenderOptions OptionsOf(IOssClient client) => new()
    {
        Client = client is ISelfLimitingClient ? new SlowHeads(client, slow: 0, Never<HeadObjectResult?>) : client,
        ObjectKey = "app.log",
        Random = () => 0,
        TimeProvider = _time,
        CloseTimeout = TimeSpan.FromSeconds(20),
    };

    private Task DeliverAsync(IOssClient client, params string[] records) => DeliverAsync(OptionsOf(client), records);

    private async Task DeliverAsync(OssAppenderOptions options, params string[] records)
    {
        var appender = new OssAppender(options);
        foreach (var record in records)
        {
            appender.TryAppend(Record(record));
            Assert.True(await PassTimeAsync(appender.FlushAsync(TestContext.Current.CancellationToken)));
        }

        await PassTimeAsync(appender.CloseAsync(TimeSpan.FromSeconds(20)));
    }

    // The time passes only while a call does not end, so that no other call takes too long.
    private async Task<T> PassTimeAsync<T>(Task<T> task)
    {
        while (true)
        {
            var unended = _unended.WaitAsync(TestContext.Current.CancellationToken);
            if (await Task.WhenAny(task, unended).InTime() == task)
                return await task;

            _time.Advance(TimeSpan.FromSeconds(35));
        }
    }

    private async Task<OssException> EndsInAsync<T>(int seconds, Task<T> call)
    {
        // A call whose time is over before it begins is not made.
        await _unended.WaitAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.False(call.IsCompleted);

        _time.Advance(TimeSpan.FromTicks(1));

        var error = await Assert.ThrowsAnyAsync<OssException>(() => call.InTime());
        Assert.Equal((default, OssFailureKind.NoAnswer), (error.StatusCode, error.Kind));
        return error;
    }

    private sealed class SlowHeads(IOssClient client, int slow, Func<Task<HeadObjectResult?>> never) : ForwardingClient(client)
    {
        public int Slow { get; private set; } = slow;

        public override Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) =>
            Slow-- <= 0 ? base.HeadObjectAsync(request, cancellationToken) : never();
    }

    private sealed class Scripted : IOssClient
    {
        public Func<CancellationToken, Task<AppendObjectResult>>? Append { get; init; }

        public Func<CancellationToken, Task<GetObjectResult>>? Get { get; init; }

        public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => Append!(cancellationToken);

        public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => Get!(cancellationToken);

        public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class TellingStream : MemoryStream
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override void Dispose(bool disposing)
        {
            Disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
