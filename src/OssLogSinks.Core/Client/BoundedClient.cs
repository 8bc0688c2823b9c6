using System.Globalization;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Limits the time of each call of a custom client. Such a client may never end a call, or block its thread. A call that takes longer is
/// cancelled and left alone: its caller gets an <see cref="UnendedCallException"/>, and what the call returns later is disposed.
/// </summary>
internal sealed class BoundedClient(IOssClient client, TimeSpan limit, TimeProvider time) : IOssClient
{
    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) =>
        CallAsync("AppendObject", token => client.AppendObjectAsync(request, token), cancellationToken);

    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) =>
        CallAsync("HeadObject", token => client.HeadObjectAsync(request, token), cancellationToken);

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) =>
        CallAsync("GetObject", token => client.GetObjectAsync(request, token), cancellationToken);

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) =>
        CallAsync("SealAppendObject", token => client.SealObjectAsync(key, position, token), cancellationToken);

    private async Task<T> CallAsync<T>(string operation, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = ending.Token;
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = time.CreateTimer(_ => over.TrySetResult(true), null, limit, Timeout.InfiniteTimeSpan);
        using var registration = cancellationToken.Register(() => over.TrySetResult(true));

        // On a thread of the pool, since the client may block before it returns a task. If that thread comes too late, the call is not made.
        var isMade = true;
        var running = Task.Run(
            () =>
            {
                if (!over.Task.IsCompleted)
                    return call(token);

                isMade = false;
                return Task.FromCanceled<T>(new CancellationToken(true));
            },
            CancellationToken.None);
        if (await Task.WhenAny(running, over.Task).ConfigureAwait(false) == running && isMade)
        {
            ending.Dispose();
            return await running.ConfigureAwait(false);
        }

        var ended = LeaveAlone(running, ending);
        cancellationToken.ThrowIfCancellationRequested();
        throw TookTooLong(operation, ended);
    }

    // The task completes when the call has ended, and never fails.
    private static Task LeaveAlone<T>(Task<T> running, CancellationTokenSource ending)
    {
        // On another thread, since a cancellation callback of the client may block or throw.
        _ = Task.Run(() =>
        {
            using (ending)
                ending.Cancel();
        }).ContinueWith(static cancelled => _ = cancelled.Exception, TaskScheduler.Default);
        return running.ContinueWith(
            static late =>
            {
                try
                {
                    (late.GetAwaiter().GetResult() as IDisposable)?.Dispose();
                }
                catch (Exception)
                {
                    // Nobody waits for it any more.
                }
            },
            TaskScheduler.Default);
    }

    private UnendedCallException TookTooLong(string operation, Task ended) => new(
        ended,
        $"{operation} of the client {client.GetType().FullName} did not end within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds; it may have taken effect.");
}

/// <summary>A client whose calls end in time by themselves, so that nothing has to limit them.</summary>
internal interface ISelfLimitingClient : IOssClient;

/// <summary>A client's call did not end in time. While it runs, the bytes that it was given must not be used for anything else.</summary>
internal sealed class UnendedCallException : OssException
{
    public UnendedCallException(Task ended, string message)
        : base(message) => (Ended, Kind) = (ended, OssFailureKind.NoAnswer);

    /// <summary>Completes when the call has ended, if it ever does; never fails.</summary>
    public Task Ended { get; }
}
