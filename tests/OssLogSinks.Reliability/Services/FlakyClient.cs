using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Reliability.Services;

/// <summary>How a client behaves once it has let its first appends through.</summary>
internal enum FaultMode
{
    /// <summary>Every request is refused.</summary>
    Refuses,

    /// <summary>No request is answered, and none arrives.</summary>
    Silent,

    /// <summary>One more append arrives, and it is not answered; nor is anything after it.</summary>
    Deaf,
}

/// <summary>When a client becomes what.</summary>
/// <param name="AppendsBefore">How many appends go well.</param>
/// <param name="Then">What follows.</param>
internal sealed record FaultModes(int AppendsBefore, FaultMode Then);

/// <summary>An OSS that goes away in the middle of the work, so that records stay on disk in every state that they can have there.</summary>
internal sealed class FlakyClient(IOssClient inner, FaultModes modes) : IOssClient
{
    private int _appends;

    public async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _appends);
        if (number <= modes.AppendsBefore)
            return await inner.AppendObjectAsync(request, cancellationToken);

        if (modes.Then == FaultMode.Deaf && number == modes.AppendsBefore + 1)
            await inner.AppendObjectAsync(request, CancellationToken.None);
        return await BeGoneAsync<AppendObjectResult>(cancellationToken);
    }

    public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) =>
        IsGone ? BeGoneAsync<HeadObjectResult?>(cancellationToken) : inner.HeadObjectAsync(request, cancellationToken);

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) =>
        IsGone ? BeGoneAsync<GetObjectResult>(cancellationToken) : inner.GetObjectAsync(request, cancellationToken);

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();

    private bool IsGone => Volatile.Read(ref _appends) > modes.AppendsBefore;

    private async Task<T> BeGoneAsync<T>(CancellationToken cancellationToken)
    {
        // Never answered.
        if (modes.Then != FaultMode.Refuses)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new OssException(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "This service is gone.");
    }
}
