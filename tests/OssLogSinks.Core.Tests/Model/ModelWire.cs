using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>A client whose every request waits until the script says what becomes of it. Not for several threads.</summary>
internal sealed class ModelWire : ISelfLimitingClient
{
    private IWaitingRequest? _waiting;

    /// <summary>The request that was made since the last call; null if none was.</summary>
    public IWaitingRequest? Take()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => Wait<AppendObjectResult>(request);

    // As the own client does. The model's other clients throw the refusal, which means the same.
    public async Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Wait<HeadObjectResult>(request);
        }
        catch (OssException error) when (error.IsNoSuchKey)
        {
            return null;
        }
    }

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => Wait<GetObjectResult>(request);

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Task<T> Wait<T>(object request)
    {
        var waiting = new WaitingRequest<T>(request);
        _waiting = _waiting is null ? waiting : throw new InvalidOperationException("Two requests at once.");
        return waiting.Answer;
    }

    private sealed class WaitingRequest<T>(object request) : IWaitingRequest
    {
        // Continued where it is answered, so that a script runs on one thread from end to end.
        private readonly TaskCompletionSource<T> _answer = new();

        public object Request => request;

        public Task<T> Answer => _answer.Task;

        public void Complete(object result) => _answer.SetResult((T)result);

        public void Fail(Exception error) => _answer.SetException(error);
    }
}

/// <summary>A request that nobody has answered yet.</summary>
internal interface IWaitingRequest
{
    object Request { get; }

    void Complete(object result);

    void Fail(Exception error);
}
