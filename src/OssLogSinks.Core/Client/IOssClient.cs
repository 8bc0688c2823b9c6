using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Client;

/// <summary>
/// The wire to Alibaba Cloud OSS, as far as appending logs and looking after them needs it. This is the seam
/// behind which another client, the official SDK for instance, can be plugged in.
/// </summary>
/// <remarks>
/// <para>
/// The appender itself calls only <see cref="AppendObjectAsync"/>, <see cref="HeadObjectAsync"/>,
/// <see cref="GetObjectAsync"/> and, where finished objects are sealed, <see cref="SealObjectAsync"/>; the other operations
/// serve tools, samples and tests.
/// </para>
/// <para>
/// The contract that exactly-once delivery rests on: an answer of the service that reports a failure is thrown as
/// an <see cref="OssException"/> with the service's status, code and request id. Without a request id it counts as the answer of
/// a proxy, which proves nothing. Anything else that an append throws counts as unanswered: the append may have been applied, may
/// still be, or never. An implementation must not repeat an append by itself unless the answer proves that nothing was written.
/// </para>
/// <para>
/// A cancelled call should end at once. At the close nobody waits for one that does not; it is left alone, and the bytes
/// of its body are not used for anything else.
/// </para>
/// </remarks>
public interface IOssClient
{
    /// <summary>Appends bytes at a position of an appendable object, or creates the object at position 0.</summary>
    /// <exception cref="OssException">The service refused the append; its code says why.</exception>
    Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken);

    /// <summary>Reads what the service knows of an object: its length, CRC-64, type and seal.</summary>
    /// <exception cref="OssException">404 NoSuchKey when the object does not exist, and every other refusal.</exception>
    Task<HeadObjectResult> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken);

    /// <summary>Reads an object, or a range of it. Dispose the result to free its connection.</summary>
    /// <exception cref="OssException">404 NoSuchKey, 416 InvalidRange, and every other refusal.</exception>
    Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Seals an appendable object for good, provided that it is as long as the caller says: it takes no more appends, and
    /// lifecycle rules may move it to the cold classes. Repeating it changes nothing. The RAM action is <c>oss:SealAppendObject</c>.
    /// </summary>
    /// <exception cref="OssException">
    /// 409 PositionNotEqualToLength when the object has another length, 400 OperationNotSupported where the account has no
    /// access to the operation, and every other refusal.
    /// </exception>
    Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken);

    /// <summary>Stores a whole object, replacing what the key held.</summary>
    /// <exception cref="OssException">The service refused.</exception>
    Task<PutObjectResult> PutObjectAsync(PutObjectRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes an object; succeeds as well when there is none.</summary>
    /// <exception cref="OssException">The service refused.</exception>
    Task DeleteObjectAsync(string key, CancellationToken cancellationToken);

    /// <summary>Lists one page of the objects whose keys begin with a prefix, in the order of their UTF-8 bytes.</summary>
    /// <exception cref="OssException">The service refused.</exception>
    Task<ListObjectsResult> ListObjectsAsync(ListObjectsRequest request, CancellationToken cancellationToken);

    /// <summary>Creates the bucket that this client works on; succeeds as well when its owner repeats it.</summary>
    /// <exception cref="OssException">409 BucketAlreadyExists when it is somebody else's, and every other refusal.</exception>
    Task CreateBucketAsync(CancellationToken cancellationToken);
}
