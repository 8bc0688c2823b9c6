using OssLogSinks.Battery.Parts;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Battery.FrontDoors;

/// <summary>What every front door gets of an order. Delays are short, so that faults cost little time.</summary>
internal static class SharedSettings
{
    public const string Region = "cn-hangzhou";
    public const int RetryDelay = 5;
    public const int RefusalRetryDelay = 20;

    public static OssFlushTarget FlushTarget(this PartOrder order) => order.FlushesToDisk ? OssFlushTarget.Disk : OssFlushTarget.Oss;

    public static void Apply(PartOrder order, OssAppenderOptions options)
    {
        options.Endpoint = order.Endpoint;
        options.Region = Region;
        options.Bucket = order.Bucket;
        options.AccessKeyId = order.AccessKeyId;
        options.AccessKeySecret = order.AccessKeySecret;
        options.ObjectKey = order.Key;
        options.AppendInterval = TimeSpan.FromMilliseconds(order.Interval);
        options.CloseTimeout = TimeSpan.FromSeconds(order.CloseTimeout);
        options.Compression = order.IsGzip ? OssCompression.Gzip : OssCompression.None;
        options.ObjectSizeLimitBytes = order.ObjectSize == 0 ? null : order.ObjectSize;
        options.BufferPath = order.BufferPath;
        Hurry(options);
    }

    public static void Hurry(OssAppenderOptions options)
    {
        options.RetryDelay = TimeSpan.FromMilliseconds(RetryDelay);
        options.RetryDelayLimit = TimeSpan.FromMilliseconds(100);
        options.RefusalRetryDelay = TimeSpan.FromMilliseconds(RefusalRetryDelay);
    }
}
