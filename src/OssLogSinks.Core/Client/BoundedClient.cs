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
        var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = ending.Token;
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var timer = time.CreateTimer(_ => over.TrySetResult(true), null, limit, Timeout.InfiniteTimeSpan);
        using var registration = cancellationToken.Register(() => over.TrySetResult(true));

        // On a thread of the pool, since the client may block before it returns a task.
        var running = Task.Run(() => call(token), CancellationToken.None);
        if (await Task.WhenAny(running, over.Task).ConfigureAwait(false) == running)
        {
            ending.Dispose();
            return await running.ConfigureAwait(false);
        }

        LeaveAlone(running, ending);
        cancellationToken.ThrowIfCancellationRequested();
        throw TookTooLong(operation);
    }

    private static void LeaveAlone<T>(Task<T> running, CancellationTokenSource ending)
    {
        // On another thread, since a cancellation callback of the client may block or throw.
        _ = Task.Run(() =>
        {
            using (ending)
                ending.Cancel();
        }).ContinueWith(static cancelled => _ = cancelled.Exception, TaskScheduler.Default);
        _ = running.ContinueWith(
            static late =>
            {
                if (late.Status == TaskStatus.RanToCompletion)
                    (late.Result as IDisposable)?.Dispose();
                else
                    _ = late.Exception;
            },
            TaskScheduler.Default);
    }

    private UnendedCallException TookTooLong(string operation) => new(
        $"{operation} of the client {client.GetType().FullName} did not end within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds; it may have taken effect.");
}

/// <summary>A client whose calls end in time by themselves, so that nothing has to limit them.</summary>
internal interface ISelfLimitingClient : IOssClient;

/// <summary>A client's call did not end in time. It still runs, so the bytes that it was given must never be used for anything else.</summary>
internal sealed class UnendedCallException : OssException
{
    public UnendedCallException(string message)
        : base(message) => Kind = OssFailureKind.NoAnswer;
}
