using System.Globalization;

// Not the SDK: the package is not to be had where this project is built. These are the names, types and optional parameters of its
// public sources (AlibabaCloud.OSS.V2 0.1), as far as the adapter uses them, with bodies of our own.
namespace AlibabaCloud.OSS.V2
{
    public class Configuration
    {
        public string? Region { get; set; }

        public string? Endpoint { get; set; }

        public int? RetryMaxAttempts { get; set; }

        public Credentials.ICredentialsProvider? CredentialsProvider { get; set; }

        public static Configuration LoadDefault() => new();
    }

    public class OperationOptions;

    public class ServiceException : Exception
    {
        public ServiceException(int statusCode, string code, string message, string requestId)
            : base(message)
        {
            StatusCode = statusCode;
            ErrorCode = code;
            ErrorMessage = message;
            RequestId = requestId;
        }

        public int StatusCode { get; }

        public string ErrorCode { get; }

        public string ErrorMessage { get; }

        public string Ec { get; } = "";

        public string RequestId { get; }
    }

    public class OperationException : Exception
    {
        public OperationException(string name, Exception? innerException = null)
            : base($"operation error {name}: {innerException}", innerException)
        {
        }
    }
}

namespace AlibabaCloud.OSS.V2.Credentials
{
    public interface ICredentialsProvider
    {
        (string Id, string Secret) GetCredentials();
    }
}

namespace AlibabaCloud.OSS.V2.Models
{
    public abstract class ResultModel
    {
        public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        public string RequestId => Text("x-oss-request-id") ?? "";

        protected string? Text(string header) => Headers.TryGetValue(header, out var value) ? value : null;

        protected long? Number(string header) => Text(header) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    public sealed class AppendObjectRequest
    {
        public string? Bucket { get; set; }

        public string? Key { get; set; }

        public long? Position { get; set; }

        public string? ContentType { get; set; }

        public Stream? Body { get; set; }
    }

    public sealed class AppendObjectResult : ResultModel
    {
        public long? NextAppendPosition => Number("x-oss-next-append-position");

        public string? HashCrc64 => Text("x-oss-hash-crc64ecma");
    }

    public sealed class HeadObjectRequest
    {
        public string? Bucket { get; set; }

        public string? Key { get; set; }
    }

    public sealed class HeadObjectResult : ResultModel
    {
        public long? ContentLength => Number("Content-Length");

        public string? HashCrc64 => Text("x-oss-hash-crc64ecma");

        public string? ObjectType => Text("x-oss-object-type");
    }

    public sealed class GetObjectRequest
    {
        public string? Bucket { get; set; }

        public string? Key { get; set; }

        public string? Range { get; set; }

        public string? RangeBehavior { get; set; }
    }

    public sealed class GetObjectResult : ResultModel
    {
        public string? ContentRange => Text("Content-Range");

        public Stream? Body { get; internal set; }
    }
}
