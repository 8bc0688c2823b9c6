using System.Buffers;
using System.Net;
using OssLogSinks.Core.Client;

namespace OssLogSinks.Core.Tests.Support;

/// <summary>A client whose appends never end, whatever their token says, and which holds on to what it was given to send.</summary>
internal sealed class UnresponsiveClient : IOssClient
{
    private readonly TaskCompletionSource<ReadOnlySequence<byte>> _body = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first append's body, as soon as it is under way.</summary>
    public Task<ReadOnlySequence<byte>> Body => _body.Task;

    public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
    {
        _body.TrySetResult(request.Body);
        return new TaskCompletionSource<AppendObjectResult>().Task;
    }

    public Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) =>
        Task.FromException<HeadObjectResult>(MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey"));

    public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();
}
