namespace AlibabaCloud.OSS.V2
{
    public class Configuration
    {
        public string? Region { get; set; }

        public string? Endpoint { get; set; }

        public int? RetryMaxAttempts { get; set; }

        public Retry.IRetryer? Retryer { get; set; }

        public Credentials.ICredentialsProvider? CredentialsProvider { get; set; }

        public TimeSpan? ReadWriteTimeout { get; set; }

        public bool? InsecureSkipVerify { get; set; }

        public bool? EnabledRedirect { get; set; }

        public string? ProxyHost { get; set; }

        public string? SignatureVersion { get; set; }

        public static Configuration LoadDefault() => new();
    }

    public class OperationOptions
    {
        public int? RetryMaxAttempts { get; set; }

        public TimeSpan? ReadWriteTimeout { get; set; }
    }

    public class OperationInput
    {
        public string? OperationName { get; set; }

        public string? Method { get; set; }

        public IDictionary<string, string>? Parameters { get; set; }

        public string? Bucket { get; set; }

        public string? Key { get; set; }
    }

    public class OperationOutput
    {
        public IDictionary<string, string>? Headers { get; set; }
    }

    public class ServiceException : Exception
    {
        private readonly IDictionary<string, string> _details;

        public ServiceException(int statusCode, IDictionary<string, string>? details, IDictionary<string, string>? errorFields = null, IDictionary<string, string>? headers = null)
            : base($"Error returned by Service. Http Status Code: {statusCode}")
        {
            StatusCode = statusCode;
            _details = details ?? new Dictionary<string, string>();
            ErrorFields = errorFields ?? new Dictionary<string, string>();
            Headers = headers ?? new Dictionary<string, string>();
        }

        public int StatusCode { get; }

        public string ErrorCode => Detail("Code");

        public string ErrorMessage => Detail("Message");

        public string Ec => Detail("Ec");

        public string RequestId => Detail("RequestId");

        public IDictionary<string, string> ErrorFields { get; }

        public IDictionary<string, string> Headers { get; }

        private string Detail(string name) => _details.TryGetValue(name, out var value) ? value : "";
    }

    public class RequestFailedException(string message, Exception innerException) : Exception(message, innerException);

    public class RequestTimeoutException(string message, Exception? innerException = null) : Exception(message, innerException);

    public class OperationException(string name, Exception? innerException = null) : Exception($"operation error {name}: {innerException}", innerException);
}

namespace AlibabaCloud.OSS.V2.Retry
{
    public interface IRetryer
    {
        int MaxAttempts();
    }
}

namespace AlibabaCloud.OSS.V2.Credentials
{
    public interface ICredentialsProvider
    {
        Credentials GetCredentials();
    }

    public class Credentials(string accessKeyId, string accessKeySecret, string securityToken)
    {
        public string AccessKeyId { get; } = accessKeyId;

        public string AccessKeySecret { get; } = accessKeySecret;

        public string SecurityToken { get; } = securityToken;
    }
}
