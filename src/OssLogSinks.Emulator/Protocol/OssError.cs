using System.Globalization;

namespace OssLogSinks.Emulator.Protocol;

/// <summary>An error answer: status, code, message, EC, and additional parts of its document and headers.</summary>
internal sealed record OssError(int Status, string Code, string Message, string? Ec = null)
{
    public IReadOnlyList<KeyValuePair<string, string>> Elements { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public OssError With(string element, string? value) =>
        value is null ? this : this with { Elements = [.. Elements, new(element, value)] };

    public OssError WithHeader(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };
}

/// <summary>The errors of operations on buckets and objects, with messages and EC numbers as far as OSS documents them.</summary>
internal static class OssErrors
{
    public static OssError AccessDenied { get; } =
        new(403, "AccessDenied", "You have no right to access this object because of bucket acl.", "0003-00000001");

    public static OssError BucketDisabled { get; } = new(403, "BucketDisable", "The bucket is disabled.");

    public static OssError SecondLevelDomainForbidden { get; } =
        new(403, "SecondLevelDomainForbidden", "Please use virtual hosted style to access.");

    public static OssError ObjectNotAppendable { get; } =
        new(409, "ObjectNotAppendable", "The object is not appendable", "0026-00000017");

    public static OssError FileImmutable { get; } =
        new(409, "FileImmutable", "The object you specified is immutable.");

    public static OssError FileAlreadyExists { get; } =
        new(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.", "0026-00000002");

    public static OssError EntityTooLarge { get; } =
        new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.");

    public static OssError MissingContentLength { get; } =
        new(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");

    public static OssError IncompleteBody { get; } =
        new(400, "IncompleteBody", "The request body terminated unexpectedly");

    public static OssError RequestTimeout { get; } =
        new(400, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.");

    public static OssError MalformedDigest { get; } =
        new(400, "InvalidDigest", "The Content-MD5 you specified is not valid.", "0017-00000502");

    public static OssError DigestMismatch { get; } =
        new(400, "InvalidDigest", "The Content-MD5 you specified did not match what we received.", "0017-00000503");

    public static OssError InvalidRange { get; } = new(416, "InvalidRange", "The requested range cannot be satisfied");

    public static OssError PreconditionFailed { get; } =
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");

    public static OssError SealNotSupported { get; } =
        new(400, "OperationNotSupported", "SealAppendable is not supported.", "0016-00000513");

    public static OssError CopyNotAllowed { get; } =
        new(400, "OperationNotSupported", "The operation is not supported for this resource.");

    public static OssError BytesNotKept { get; } =
        new(500, "NotSupported", "This emulator is configured to keep no bodies, so it cannot return them.");

    public static OssError MalformedXml { get; } =
        new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.");

    public static OssError BadRequest { get; } = new(400, "BadRequest", "The request target cannot be decoded.");

    public static OssError NotStored(string reason) => new(500, "InternalError", reason, "0001-00000000");

    public static OssError AppendSealed(int status) =>
        new(status, "AppendSealedObjectNotAllowed", "The object is sealed and takes no appends.");

    public static OssError PositionNotEqualToLength(long length) =>
        new OssError(409, "PositionNotEqualToLength", "Position is not equal to file length", "0026-00000016")
            .WithHeader(OssHeader.NextAppendPosition, length.ToString(CultureInfo.InvariantCulture));

    public static OssError NoSuchBucket(string bucket) =>
        new OssError(404, "NoSuchBucket", "The specified bucket does not exist.", "0015-00000101").With("BucketName", bucket);

    public static OssError NoSuchKey(string key) =>
        new OssError(404, "NoSuchKey", "The specified key does not exist.", "0026-00000001").With("Key", key);

    public static OssError InvalidBucketName(string bucket) =>
        new OssError(400, "InvalidBucketName", "The specified bucket is not valid.").With("BucketName", bucket);

    public static OssError BucketNotEmpty(string bucket) =>
        new OssError(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.", "0015-00000301").With("BucketName", bucket);

    public static OssError InvalidObjectName(string key) =>
        new OssError(400, "InvalidObjectName", "The specified object is not valid.").With("ObjectName", key);

    public static OssError MissingArgument(string name, string ec) =>
        new OssError(400, "MissingArgument", "Missing Some Required Arguments.", ec).With("ArgumentName", name);

    public static OssError InvalidArgument(string name, string? value, string? ec = null, string message = "Invalid Argument") =>
        new OssError(400, "InvalidArgument", message, ec).With("ArgumentName", name).With("ArgumentValue", value);

    public static OssError InvalidEncryption(string name, string value) =>
        new OssError(400, "InvalidEncryptionAlgorithmError", "The Encryption request you specified is not valid.")
            .With("ArgumentName", name).With("ArgumentValue", value);

    public static OssError NotImplemented(string header) =>
        new OssError(400, "NotImplemented", "A header you provided implies functionality that is not implemented.").With("Header", header);

    public static OssError MethodNotAllowed(string method) =>
        new OssError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", "0003-00000016").With("Method", method);
}
