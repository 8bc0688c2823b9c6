using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Tests.Client;

namespace OssLogSinks.Core.Tests.Shutdown;

/// <summary>
/// What fails after nobody waits for it any more raises no UnobservedTaskException, which some applications end with. Each test makes a task
/// that nobody observes too: once that one is raised, all the others have been looked at.
/// </summary>
public sealed class UnobservedExceptionTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public Task WaitThatWasCancelled_IsFollowedByASilentFailure() => AssertNoneAsync(async late =>
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = Waiting.WithAsync(late.Task, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
    });

    [Fact]
    public Task ActionOnItsOwnThread_FailsSilently() => AssertNoneAsync(async late =>
    {
        var began = new TaskCompletionSource<Thread>();
        _ = BoundedWait.RunAsync(() =>
        {
            began.SetResult(Thread.CurrentThread);
            return late.Task.GetAwaiter().GetResult();
        });
        var thread = await began.Task.InTime();
        late.TrySetException(new MarkedException("late"));
        thread.Join();
    });

    [Fact]
    public Task CallOfAClientThatWasGivenUp_FailsSilently() => AssertNoneAsync(async late =>
    {
        var unending = new Unending(late.Task);
        var client = new BoundedClient(unending, TimeSpan.FromSeconds(35), _time);
        var call = client.GetObjectAsync(new GetObjectRequest("a"), TestContext.Current.CancellationToken);
        await unending.Begun.Task.InTime();
        _time.Advance(TimeSpan.FromSeconds(35));
        await Assert.ThrowsAsync<UnendedCallException>(() => call.InTime());
    });

    [Fact]
    public Task AnswerThatCannotBeDisposed_FailsSilently() => AssertNoneAsync(async _ =>
    {
        var answer = new TaskCompletionSource<GetObjectResult>();
        var content = new Undisposable();
        var unending = new Unending(answer.Task);
        var client = new BoundedClient(unending, TimeSpan.FromSeconds(35), _time);
        var call = client.GetObjectAsync(new GetObjectRequest("a"), TestContext.Current.CancellationToken);
        await unending.Begun.Task.InTime();
        _time.Advance(TimeSpan.FromSeconds(35));
        await Assert.ThrowsAsync<UnendedCallException>(() => call.InTime());
        answer.SetResult(new GetObjectResult(content, null));
        await content.Disposed.Task.InTime();
    });

    [Fact]
    public Task CredentialsThatWereGivenUp_FailSilently() => AssertNoneAsync(async late =>
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var wire = new FakeWire { Credentials = new Late(asked, late.Task) };
        using var client = wire.NewClient();
        var request = client.HeadObjectAsync(new HeadObjectRequest("k"), TestContext.Current.CancellationToken);
        await asked.Task.InTime();
        await wire.Time.RunUntilEnd(request.ContinueWith(_ => { }, TaskScheduler.Default));
        var failure = await Assert.ThrowsAsync<OssCredentialsException>(() => request);
        Assert.Contains("+Late did not answer in time", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task CloseOfAPipelineThatFails_IsSilent() => AssertNoneAsync(async late =>
    {
        var registry = new DrainRegistry(TimeProvider.System);
        registry.Add(new Failing(late.Task));
        var closing = registry.CloseAllAsync();
        late.TrySetException(new MarkedException("late"));
        await closing.InTime();
    });

    private static async Task AssertNoneAsync(Func<TaskCompletionSource<GetObjectResult>, Task> giveUp)
    {
        var raised = new ConcurrentBag<string>();
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await LeaveFailedAsync(giveUp);
            LeaveUnobserved();
            await Wait.UntilAsync(() =>
            {
                Collect();
                return raised.Contains("unobserved");
            });
            Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.DoesNotContain("late", raised);

        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            foreach (var marked in e.Exception.Flatten().InnerExceptions.OfType<MarkedException>())
                raised.Add(marked.Message);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task LeaveFailedAsync(Func<TaskCompletionSource<GetObjectResult>, Task> giveUp)
    {
        // Its continuations run here, so that the tasks that wait for it have failed when this returns.
        var late = new TaskCompletionSource<GetObjectResult>();
        await giveUp(late);

        // Observed here: the tasks that wait for it are those in question.
        late.TrySetException(new MarkedException("late"));
        _ = late.Task.Exception;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveUnobserved()
    {
        var failing = new TaskCompletionSource();
        failing.SetException(new MarkedException("unobserved"));
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private sealed class MarkedException(string message) : Exception(message);

    private sealed class Late(TaskCompletionSource asked, Task late) : IOssCredentialsProvider
    {
        public async ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken)
        {
            asked.TrySetResult();
            await late;
            return new OssCredentials("id", "secret");
        }
    }

    private sealed class Failing(Task late) : IDrainable
    {
        public TimeSpan CloseTimeout => TimeSpan.FromMinutes(1);

        public async Task<bool> FlushAsync(CancellationToken cancellationToken)
        {
            await late;
            return true;
        }

        public async Task CloseAsync(TimeSpan timeout) => await late;
    }

    private sealed class Unending(Task<GetObjectResult> get) : IOssClient
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            return await get;
        }

        public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Undisposable : MemoryStream
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (!disposing)
                return;

            Disposed.TrySetResult();
            throw new MarkedException("late");
        }
    }
}
