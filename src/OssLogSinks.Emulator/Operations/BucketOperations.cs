using System.Text;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Operations;

/// <summary>The operations on buckets and on the service that clients need to start.</summary>
internal sealed class BucketOperations(IOperationSettings settings, ObjectStore store)
{
    private const string OwnerId = "1000000000000001";

    private readonly string _location = $"oss-{settings.Region}";

    public static void AppendOwner(StringBuilder xml) =>
        xml.Open("Owner").Element("ID", OwnerId).Element("DisplayName", OwnerId).Close("Owner");

    public OssReply Put(string bucket)
    {
        store.Create(bucket);
        return new OssReply(200).Set("Location", $"/{bucket}");
    }

    public OssReply Delete(Bucket bucket)
    {
        if (!bucket.IsEmpty)
            return OssErrors.BucketNotEmpty(bucket.Name);

        store.Remove(bucket.Name);
        return new OssReply(204);
    }

    public OssReply Info(Bucket bucket)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").Open("BucketInfo").Open("Bucket");
        AppendBucket(xml, bucket);
        AppendOwner(xml);
        xml.Open("AccessControlList").Element("Grant", "private").Close("AccessControlList");
        return OssReply.Xml(xml.Close("Bucket").Close("BucketInfo").ToString());
    }

    public OssReply Location() =>
        OssReply.Xml($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint>{_location}</LocationConstraint>");

    public OssReply ListAll()
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").Open("ListAllMyBucketsResult");
        AppendOwner(xml);
        xml.Open("Buckets");
        foreach (var bucket in store.Buckets)
        {
            xml.Open("Bucket");
            AppendBucket(xml, bucket);
            xml.Close("Bucket");
        }

        return OssReply.Xml(xml.Close("Buckets").Close("ListAllMyBucketsResult").ToString());
    }

    private void AppendBucket(StringBuilder xml, Bucket bucket)
    {
        xml.Element("Name", bucket.Name).Element("CreationDate", InstantText.Xml(bucket.Created)).Element("Location", _location);
        xml.Element("StorageClass", "Standard").Element("Region", settings.Region);
        xml.Element("ExtranetEndpoint", $"{_location}.aliyuncs.com").Element("IntranetEndpoint", $"{_location}-internal.aliyuncs.com");
    }
}
