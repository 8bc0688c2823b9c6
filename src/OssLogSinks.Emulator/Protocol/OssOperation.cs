namespace OssLogSinks.Emulator.Protocol;

/// <summary>The operations that the emulator knows, by their names in the OSS documentation.</summary>
public enum OssOperation
{
    /// <summary>Unknown operation; in a filter: every operation.</summary>
    Any,

    /// <summary><c>POST /key?append&amp;position=n</c>.</summary>
    AppendObject,

    /// <summary><c>HEAD /key</c>.</summary>
    HeadObject,

    /// <summary><c>HEAD /key?objectMeta</c>.</summary>
    GetObjectMeta,

    /// <summary><c>GET /key</c>.</summary>
    GetObject,

    /// <summary><c>PUT /key</c>.</summary>
    PutObject,

    /// <summary><c>PUT /key</c> with <c>x-oss-copy-source</c>.</summary>
    CopyObject,

    /// <summary><c>DELETE /key</c>.</summary>
    DeleteObject,

    /// <summary><c>POST /key?seal&amp;position=n</c>.</summary>
    SealAppendObject,

    /// <summary><c>GET /key?tagging</c>.</summary>
    GetObjectTagging,

    /// <summary><c>GET /?list-type=2</c>.</summary>
    ListObjectsV2,

    /// <summary><c>GET /</c> of a bucket, the older listing.</summary>
    ListObjects,

    /// <summary><c>POST /?delete</c>.</summary>
    DeleteMultipleObjects,

    /// <summary><c>PUT /</c> of a bucket.</summary>
    PutBucket,

    /// <summary><c>DELETE /</c> of a bucket.</summary>
    DeleteBucket,

    /// <summary><c>GET /?bucketInfo</c>.</summary>
    GetBucketInfo,

    /// <summary><c>GET /?location</c>.</summary>
    GetBucketLocation,

    /// <summary><c>GET /</c> without a bucket.</summary>
    ListBuckets,
}
