using System.Globalization;
using System.Net;

namespace Aliyun.OSS.Common
{
    public class ClientConfiguration
    {
        public int ConnectionTimeout { get; set; } = -1;

        public int MaxErrorRetry { get; set; } = 3;

        public bool UseNewServiceClient { get; set; } = true;

        public SignatureVersion SignatureVersion { get; set; } = SignatureVersion.V1;

        public string? ProxyHost { get; set; }

        public int ProxyPort { get; set; } = -1;

        public string? ProxyUserName { get; set; }

        public string? ProxyPassword { get; set; }

        public string? ProxyDomain { get; set; }
    }

    public class ServiceException(string message) : Exception(message)
    {
        public virtual string? ErrorCode { get; internal set; }

        public virtual string? RequestId { get; internal set; }

        public virtual string? HostId { get; internal set; }
    }

    public class OssException(string message) : ServiceException(message);
}

namespace Aliyun.OSS.Common.Authentication
{
    public interface ICredentials
    {
        string AccessKeyId { get; }

        string AccessKeySecret { get; }

        string SecurityToken { get; }
    }

    public interface ICredentialsProvider
    {
        void SetCredentials(ICredentials creds);

        ICredentials GetCredentials();
    }

    public class DefaultCredentials(string accessKeyId, string accessKeySecret, string? securityToken) : ICredentials
    {
        public string AccessKeyId { get; } = accessKeyId.Trim();

        public string AccessKeySecret { get; } = accessKeySecret.Trim();

        public string SecurityToken { get; } = securityToken ?? "";
    }
}

namespace Aliyun.OSS
{
    public enum SignatureVersion
    {
        V1,
        V4,
    }

    public class ObjectMetadata
    {
        public IDictionary<string, string> UserMetadata { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        public IDictionary<string, object> HttpMetadata { get; } = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);

        public long ContentLength { get; set; } = -1;

        public string? ContentType
        {
            get => Text("Content-Type");
            set => Set("Content-Type", value);
        }

        public string? ContentEncoding
        {
            get => Text("Content-Encoding");
            set => Set("Content-Encoding", value);
        }

        public string? CacheControl
        {
            get => Text("Cache-Control");
            set => Set("Cache-Control", value);
        }

        public string? ContentDisposition
        {
            get => Text("Content-Disposition");
            set => Set("Content-Disposition", value);
        }

        public string? ContentMd5
        {
            get => Text("Content-Md5");
            set => Set("Content-Md5", value);
        }

        public string? ETag => Text("ETag")?.Trim('"');

        public string? ObjectType => Text("x-oss-object-type");

        public string? Crc64 => Text("x-oss-hash-crc64ecma");

        public DateTime LastModified =>
            DateTime.TryParse(Text("Last-Modified"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : DateTime.MinValue;

        public void AddHeader(string key, object value) => HttpMetadata.Add(key, value);

        private string? Text(string name) => HttpMetadata.TryGetValue(name, out var value) ? value as string : null;

        private void Set(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                HttpMetadata[name] = value;
        }
    }

    public abstract class GenericResult
    {
        public HttpStatusCode HttpStatusCode { get; internal set; }

        public string? RequestId { get; internal set; }
    }

    public class AppendObjectRequest(string bucketName, string key)
    {
        public string BucketName { get; } = bucketName;

        public string Key { get; } = key;

        public long Position { get; set; }

        public Stream? Content { get; set; }

        public ObjectMetadata? ObjectMetadata { get; set; }
    }

    public class AppendObjectResult : GenericResult
    {
        public string? ETag { get; internal set; }

        public long NextAppendPosition { get; internal set; }

        public ulong HashCrc64Ecma { get; internal set; }
    }

    public class GetObjectRequest(string bucketName, string key)
    {
        public string BucketName { get; } = bucketName;

        public string Key { get; } = key;

        internal string? Range { get; private set; }

        public void SetRange(long start, long end) => Range = string.Create(CultureInfo.InvariantCulture, $"bytes={start}-{end}");
    }

    public sealed class OssObject(HttpResponseMessage response, Stream content) : GenericResult, IDisposable
    {
        public ObjectMetadata Metadata { get; internal set; } = new();

        public Stream Content { get; } = content;

        public void Dispose() => response.Dispose();
    }
}
