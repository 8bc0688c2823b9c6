using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Operations;

/// <summary>Finds the operation from method, resource, query and headers, and the RAM action that it requires.</summary>
internal static class OperationRouter
{
    public static OssOperation OperationOf(OssRequest request) => request switch
    {
        { Bucket: null } => request.Method == "GET" ? OssOperation.ListBuckets : OssOperation.Any,
        { Key: null or "" } => OfBucket(request.Method, request.Query),
        _ => OfObject(request),
    };

    public static string ActionOf(OssOperation operation) => operation switch
    {
        OssOperation.AppendObject or OssOperation.CopyObject => "oss:PutObject",
        OssOperation.HeadObject or OssOperation.GetObjectMeta => "oss:GetObject",
        OssOperation.ListObjectsV2 => "oss:ListObjects",
        OssOperation.DeleteMultipleObjects => "oss:DeleteObject",
        _ => $"oss:{operation}",
    };

    private static OssOperation OfBucket(string method, QueryParameters query) => method switch
    {
        // Append, seal and HEAD are object operations even without a key: the check of the key then refuses them.
        "POST" when query.Has("append") => OssOperation.AppendObject,
        "POST" when query.Has("seal") => OssOperation.SealAppendObject,
        "POST" when query.Has("delete") => OssOperation.DeleteMultipleObjects,
        "HEAD" => OssOperation.HeadObject,
        "PUT" => OssOperation.PutBucket,
        "DELETE" => OssOperation.DeleteBucket,
        "GET" when query["list-type"] == "2" => OssOperation.ListObjectsV2,
        "GET" when query.Has("bucketInfo") => OssOperation.GetBucketInfo,
        "GET" when query.Has("location") => OssOperation.GetBucketLocation,
        "GET" => OssOperation.ListObjects,
        _ => OssOperation.Any,
    };

    private static OssOperation OfObject(OssRequest request) => request.Method switch
    {
        "POST" when request.Query.Has("append") => OssOperation.AppendObject,
        "POST" when request.Query.Has("seal") => OssOperation.SealAppendObject,
        "HEAD" => request.Query.Has("objectMeta") ? OssOperation.GetObjectMeta : OssOperation.HeadObject,
        "GET" => request.Query.Has("tagging") ? OssOperation.GetObjectTagging : OssOperation.GetObject,
        "PUT" => request.Headers.ContainsKey(OssHeader.CopySource) ? OssOperation.CopyObject : OssOperation.PutObject,
        "DELETE" => OssOperation.DeleteObject,
        _ => OssOperation.Any,
    };
}
