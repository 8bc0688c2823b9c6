using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Operations;

/// <summary>Checks a request and carries out its operation. An operation is synchronous; it is the commit.</summary>
internal sealed class OperationTable(IOperationSettings settings, EmulatorClock clock, ObjectStore store)
{
    private readonly AppendOperations _appends = new(settings, clock);
    private readonly WriteOperations _writes = new(clock, store);
    private readonly BucketOperations _buckets = new(settings, store);

    /// <summary>Checks the names, before authentication.</summary>
    public static OssError? CheckNames(OssRequest request, IOperationSettings settings)
    {
        if (request.Operation == OssOperation.Any)
            return OssErrors.MethodNotAllowed(request.Method);

        if (request.Bucket is not null && settings.StrictVirtualHosted && request.IsPathStyle)
            return OssErrors.SecondLevelDomainForbidden;

        return request.Bucket is null || ResourceNames.IsBucketName(request.Bucket) ? null : OssErrors.InvalidBucketName(request.Bucket);
    }

    /// <summary>Checks what can be checked before the body is read.</summary>
    public OssError? CheckResource(OssRequest request, EmulatedCredentials caller)
    {
        var needsBucket = request.Operation is not (OssOperation.ListBuckets or OssOperation.PutBucket);
        var bucket = store.Find(request.Bucket);
        if (needsBucket && bucket is null)
            return OssErrors.NoSuchBucket(request.Bucket!);

        if (bucket is { IsDisabled: true } || caller.DeniedActions.Contains(OperationRouter.ActionOf(request.Operation)))
            return bucket is { IsDisabled: true } ? OssErrors.BucketDisabled : OssErrors.AccessDenied;

        return IsObjectOperation(request.Operation) ? ResourceNames.CheckKey(request.Key) ?? Preconditions.CheckWrite(request) : null;
    }

    public OssReply Execute(OssRequest request, RequestBody body)
    {
        if (request.Operation is OssOperation.ListBuckets or OssOperation.PutBucket)
            return request.Operation == OssOperation.PutBucket ? _buckets.Put(request.Bucket!) : _buckets.ListAll();

        // Looked up again: the bucket may have been deleted while the body arrived.
        if (store.Find(request.Bucket) is not { } bucket)
            return OssErrors.NoSuchBucket(request.Bucket!);

        return request.Operation switch
        {
            OssOperation.AppendObject => _appends.Append(bucket, request, body),
            OssOperation.SealAppendObject => _appends.Seal(bucket, request),
            OssOperation.HeadObject => ReadOperations.Head(bucket, request),
            OssOperation.GetObjectMeta => ReadOperations.Meta(bucket, request),
            OssOperation.GetObject => ReadOperations.Get(bucket, request),
            OssOperation.GetObjectTagging => ReadOperations.Tagging(bucket, request),
            OssOperation.PutObject => _writes.Put(bucket, request, body),
            OssOperation.CopyObject => _writes.Copy(bucket, request),
            OssOperation.DeleteObject => WriteOperations.Delete(bucket, request),
            OssOperation.DeleteMultipleObjects => WriteOperations.DeleteMany(bucket, request, body),
            OssOperation.ListObjectsV2 or OssOperation.ListObjects => ListOperations.List(bucket, request),
            OssOperation.DeleteBucket => _buckets.Delete(bucket),
            OssOperation.GetBucketInfo => _buckets.Info(bucket),
            OssOperation.GetBucketLocation => _buckets.Location(),
            _ => OssErrors.MethodNotAllowed(request.Method),
        };
    }

    private static bool IsObjectOperation(OssOperation operation) =>
        operation is >= OssOperation.AppendObject and <= OssOperation.GetObjectTagging;
}

/// <summary>The settings of the operations, documented at <c>OssEmulatorOptions</c>.</summary>
internal interface IOperationSettings
{
    string Region { get; }

    bool StrictVirtualHosted { get; }

    long MaxAppendableSize { get; }

    bool SealEnabled { get; }

    int AppendAfterSealStatus { get; }
}
