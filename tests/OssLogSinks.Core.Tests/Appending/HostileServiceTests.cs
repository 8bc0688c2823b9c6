using System.Net;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>A service that says anything at all and takes nothing: however it lies, one stream sends it a bounded number of requests a second.</summary>
public class HostileServiceTests
{
    // The search for the object alone may take 64; the first pauses are short.
    private const int Burst = 800;
    private const int PerSecond = 20;
    private const int Observed = 2500;

    [Fact]
    public void WhateverItAnswers_RequestsASecondAreBounded() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 3], Gen.Bool).Sample(
            (seed, taste, rolls) => ObserveAsync(new HostileClient(seed, taste), rolls).GetAwaiter().GetResult(), iter: CsCheck.Check.Iter / 5);

    [Fact]
    public async Task ThatEveryObjectExists_RequestsASecondAreBounded() => await ObserveAsync(new HostileClient(1, 4), rolls: true);

    [Fact]
    public async Task ThatEveryObjectIsFull_RequestsASecondAreBounded() => await ObserveAsync(new HostileClient(1, 5), rolls: true);

    private static async Task ObserveAsync(HostileClient client, bool rolls)
    {
        var random = new Random(client.Seed);
        var appender = new OssAppender(new OssAppenderOptions
        {
            Client = client,
            ObjectKey = "app.log",
            ObjectSizeLimitBytes = rolls ? 1000 : null,
            SealFinishedObjects = rolls,
            TimeProvider = client.Time,
            Random = random.NextDouble,
            RetryTimeLimit = Timeout.InfiniteTimeSpan,
            ConcurrentAppends = 1,
            CloseTimeout = TimeSpan.Zero,
        });
        await using (appender)
        {
            appender.TryAppend(AppenderTesting.Record("a record of some length\n"));
            _ = appender.FlushAsync(TestContext.Current.CancellationToken);
            await client.Done.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal(0, appender.GetSnapshot().Delivered);
        }
    }

    /// <summary>
    /// Answers by chance, and always tells a CRC-64, so that no append is taken for stored. Its taste: 0 anything; 1 mostly refusals; 2 mostly lies about lengths; 3 mostly closed objects; 4 everything exists; 5 and is full.
    /// </summary>
    private sealed class HostileClient(ulong seed, int taste) : ISelfLimitingClient
    {
        private readonly object _gate = new();
        private readonly Random _random = new((int)seed);
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _requests;

        public int Seed => (int)seed;

        public HurriedTime Time { get; } = new();

        public Task Done => _done.Task;

        public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => Answer(
            kind => kind switch
            {
                0 => new AppendObjectResult(request.Position + request.Body.Length + 1, null, null, null),
                1 => new AppendObjectResult(request.Position + request.Body.Length, 4711, null, null),
                2 => new AppendObjectResult(-1, null, null, null),
                3 => throw MemoryOss.Refusal(HttpStatusCode.Conflict, "PositionNotEqualToLength"),
                4 => throw MemoryOss.Refusal(HttpStatusCode.Conflict, Among("ObjectNotAppendable", "AppendSealedObjectNotAllowed", "FileImmutable", "EntityTooLarge")),
                _ => throw Failure(),
            },
            cancellationToken);

        public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => Answer(
            kind => taste switch
            {
                4 => new HeadObjectResult(3, 7, "Appendable"),
                5 => new HeadObjectResult(3000, 7, "Appendable"),
                _ => kind switch
                {
                    0 => new HeadObjectResult(Among(0, 3, 999, 1000, 5_000_000_000, long.MaxValue, -1), Among<ulong>(0, 7), "Appendable"),
                    1 => new HeadObjectResult(_random.Next(100), 7, Among("Normal", "Multipart", null)),
                    2 => new HeadObjectResult(_random.Next(100), null, "Appendable") { IsSealed = true },
                    3 => null,
                    4 or 5 => throw MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey"),
                    _ => throw Failure(),
                },
            },
            cancellationToken);

        public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => Answer(
            kind => kind switch
            {
                0 or 1 or 2 => new GetObjectResult(new MemoryStream(new byte[(int)Math.Min(request.Range!.Value.Length, 100)]), Among(request.Range, null, new OssByteRange(1, 1))),
                3 => throw MemoryOss.Refusal(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange"),
                4 => throw MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey"),
                _ => throw Failure(),
            },
            cancellationToken);

        public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => Answer(
            kind => kind < 4 ? new SealObjectResult(null, null) : throw Failure(), cancellationToken);

        private async Task<T> Answer<T>(Func<int, T> answer, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                lock (_gate)
                {
                    Count();
                    return answer(Kind());
                }
            }
            catch (OssException) when (_done.Task.IsCompleted)
            {
                // Observed long enough: no more requests.
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                throw;
            }
        }

        private void Count()
        {
            if (++_requests > Burst + (PerSecond * Time.Elapsed.TotalSeconds))
                _done.TrySetException(new InvalidOperationException($"{_requests} requests within {Time.Elapsed} (seed {seed}, taste {taste})."));
            else if (_requests > Observed)
                _done.TrySetResult();
            if (_done.Task.IsCompleted)
                throw new OssException("enough", null);
        }

        private int Kind()
        {
            var kind = _random.Next(10);
            return taste switch
            {
                1 => Math.Min(9, kind + 4),
                2 => kind < 7 ? kind % 4 : kind,
                3 => kind < 8 ? 4 : kind,
                _ => kind,
            };
        }

        private Exception Failure() => _random.Next(8) switch
        {
            0 => MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"),
            1 => MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"),
            2 => new OssException(HttpStatusCode.NotFound, "NoSuchKey", "a gateway's page"),
            3 => new OssException(HttpStatusCode.BadGateway, null, "a gateway's page"),
            4 => new OssException("no answer", null),
            5 => new InvalidOperationException("a bug"),
            6 => MemoryOss.Refusal(HttpStatusCode.Conflict, "AnythingElse"),
            _ => new Core.Client.Credentials.OssCredentialsException("no key"),
        };

        private T Among<T>(params T[] values) => values[_random.Next(values.Length)];
    }

    /// <summary>
    /// Time that passes only while somebody waits for it: a timer that is set fires at once, and as much later as it was set for. One that is
    /// given its time when it is made only watches over something that does not take long, and never fires.
    /// </summary>
    private sealed class HurriedTime : TimeProvider
    {
        private long _ticks;

        public TimeSpan Elapsed => new(Interlocked.Read(ref _ticks));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override DateTimeOffset GetUtcNow() => AppenderTesting.Noon + Elapsed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HurriedTimer(this, callback, state);
            if (dueTime == TimeSpan.Zero)
                timer.Change(dueTime, period);
            return timer;
        }

        private sealed class HurriedTimer(HurriedTime time, TimerCallback callback, object? state) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Interlocked.Add(ref time._ticks, dueTime.Ticks);
                    ThreadPool.QueueUserWorkItem(_ => callback(state));
                }

                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
