using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using OssLogSinks.Emulator;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>Records that delivery itself appends, with all the time in the world, to the very appender that delivers them.</summary>
public sealed class InnerRecordTests : IAsyncDisposable
{
    private OssEmulator? _oss;
    private OssAppender? _appender;
    private int _calls;
    private int _accepted;
    private int _taken;

    /// <summary>What of the user's is called by the delivery of a record.</summary>
    public enum Caller
    {
        Client,
        Credentials,
        Diagnostics,
        Listener,
    }

    [Theory]
    [InlineData(Caller.Client)]
    [InlineData(Caller.Credentials)]
    [InlineData(Caller.Diagnostics)]
    [InlineData(Caller.Listener)]
    public async Task InnerRecordsWithoutSpace_DoNotWaitAndFlushesEnd(Caller caller)
    {
        var options = await OptionsAsync();
        Let(caller, options, FillAndAppend);
        _oss!.Faults.Throttle(2);
        _appender = new OssAppender(options);

        for (var i = 0; i < 20; i++)
        {
            Assert.True(_appender.Append(Outer(i), Timeout.InfiniteTimeSpan));
            Assert.True(await _appender.AppendAsync(Outer(i + 100), TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
            await _appender.FlushOrFailAsync();
        }

        Assert.True(await _appender.CloseAsync(TimeSpan.FromHours(1)).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        var lines = Encoding.UTF8.GetString(_oss.ReadObject("logs", "app.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => new[] { $"outer {i}", $"outer {i + 100}" }), lines.Where(line => line.StartsWith("outer", StringComparison.Ordinal)));
        Assert.NotEqual(0, _calls);
        Assert.Equal(0, _taken);
        Assert.Equal(40 + _accepted, lines.Length);
        Assert.NotEqual(0, _appender.GetSnapshot().Dropped[DropReason.BufferFull]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FetchThatTheApplicationBegan_WithinAScope_NeverWaits(bool isAsync)
    {
        var credentials = new TaskCompletionSource<OssCredentials>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isAwaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = await OptionsAsync();
        options.Credentials = new FunctionCredentials(async () =>
        {
            isAwaited.TrySetResult();
            return await credentials.Task;
        });
        _appender = new OssAppender(options);

        // As an application does that renews its credentials itself: no call of delivery's.
        var fetching = Task.Run(
            async () =>
            {
                using var delivery = DeliveryScope.Enter();
                await isAwaited.Task;
                FillSpace();
                var wasTaken = isAsync
                    ? await _appender.AppendAsync(Inner(), TestContext.Current.CancellationToken)
                    : _appender.Append(Inner(), Timeout.InfiniteTimeSpan);
                credentials.SetResult(new OssCredentials(_oss!.AccessKeyId, _oss.AccessKeySecret));
                return wasTaken;
            },
            TestContext.Current.CancellationToken);
        Assert.True(_appender.TryAppend(Outer(1)));
        var flushing = _appender.FlushOrFailAsync();

        Assert.False(await fetching.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        await flushing;
        Assert.StartsWith("outer 1\n", Encoding.UTF8.GetString(_oss!.ReadObject("logs", "app.log")), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_appender is not null)
            await _appender.DisposeAsync();
        if (_oss is not null)
            await _oss.DisposeAsync();
    }

    private async Task<OssAppenderOptions> OptionsAsync()
    {
        _oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        return new OssAppenderOptions
        {
            Bucket = "logs",
            Region = _oss.Region,
            Endpoint = _oss.Endpoint.ToString(),
            Credentials = new StaticCredentialsProvider(_oss.AccessKeyId, _oss.AccessKeySecret),
            ObjectKey = "app.log",
            Random = () => 0,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            CloseTimeout = TimeSpan.FromMinutes(1),
            AppendSizeLimitBytes = 4096,
            EventSizeLimitBytes = 4096,
            MemoryLimitBytes = 16 << 10,
        };
    }

    private void Let(Caller caller, OssAppenderOptions options, Func<Task> act)
    {
        switch (caller)
        {
            case Caller.Client:
                options.Client = new ActingClient(
                    new OssClient(new OssClientOptions { Bucket = "logs", Region = options.Region, Endpoint = options.Endpoint, Credentials = options.Credentials }), act);
                (options.Bucket, options.Region, options.Endpoint, options.Credentials) = (null, null, null, null);
                break;
            case Caller.Credentials:
                var credentials = new OssCredentials(_oss!.AccessKeyId, _oss.AccessKeySecret);
                options.Credentials = new FunctionCredentials(async () =>
                {
                    await act();
                    return credentials;
                });
                break;
            case Caller.Diagnostics:
                options.Diagnostics = new ActingDiagnostics(act);
                break;
            default:
                options.Listener = new ActingListener(act);
                break;
        }
    }

    // The delivery that calls this makes no space meanwhile, and there is no other.
    private async Task FillAndAppend()
    {
        FillSpace();
        if (_appender!.Append(Inner(), Timeout.InfiniteTimeSpan) || await _appender.AppendAsync(Inner(), CancellationToken.None))
            Interlocked.Increment(ref _taken);
        Interlocked.Increment(ref _calls);
    }

    private void FillSpace()
    {
        while (_appender!.TryAppend(Inner()))
            Interlocked.Increment(ref _accepted);
    }

    private static LogRecord Outer(int number) => Record($"outer {number}\n", state: "outer");

    private static LogRecord Inner() => Record("inner " + new string('-', 500) + "\n");

    private sealed class FunctionCredentials(Func<Task<OssCredentials>> get) : IOssCredentialsProvider
    {
        public async ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) => await get();
    }

    private sealed class ActingDiagnostics(Func<Task> act) : IOssDiagnostics
    {
        [ThreadStatic]
        private static bool _isActing;

        // What is dropped is reported, too, within the call that drops it.
        public void Report(OssDiagnosticEvent diagnosticEvent)
        {
            if (_isActing)
                return;

            _isActing = true;
            act().GetAwaiter().GetResult();
            _isActing = false;
        }
    }

    private sealed class ActingListener(Func<Task> act) : IDeliveryListener
    {
        public void OnDelivered(IReadOnlyList<object> states) => act().GetAwaiter().GetResult();

        public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
        {
        }
    }

    private sealed class ActingClient(IOssClient client, Func<Task> act) : ForwardingClient(client), ISelfLimitingClient
    {
        public override async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
        {
            await act();
            return await base.AppendObjectAsync(request, cancellationToken);
        }
    }
}
