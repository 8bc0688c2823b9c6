using System.Text;
using System.Xml;
using System.Xml.Linq;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Operations;

/// <summary>PutObject, CopyObject and the deletions.</summary>
internal sealed class WriteOperations(EmulatorClock clock, ObjectStore store)
{
    public OssReply Put(Bucket bucket, OssRequest request, RequestBody body)
    {
        var (attributes, error) = AttributeReader.Read(request);
        error ??= ContentDigest.CheckForm(request) ?? ContentDigest.Check(request, body);
        if (error is not null)
            return error;

        var slot = bucket.Slot(request.Key!);
        if (slot.State is not null && request.Header(OssHeader.ForbidOverwrite) == "true")
            return OssErrors.FileAlreadyExists;

        var state = new ObjectState(ObjectState.Normal, attributes!)
        {
            Length = body.Length,
            Crc64 = body.Crc64,
            Md5 = body.Md5,
            LastModified = clock.UtcNow,
        };
        return slot.Put(state, body)
            ? new OssReply(200).SetContent(state).Set("Content-MD5", Convert.ToBase64String(body.Md5!)).SetAll(attributes!.Encryption)
            : OssErrors.FileImmutable;
    }

    public OssReply Copy(Bucket bucket, OssRequest request)
    {
        var source = PercentEncoding.TryDecode(request.Header(OssHeader.CopySource))?.TrimStart('/');
        var slash = source?.IndexOf('/') ?? -1;
        if (slash <= 0)
            return OssErrors.InvalidArgument(OssHeader.CopySource, request.Header(OssHeader.CopySource));

        if (store.Find(source![..slash]) is not { } from)
            return OssErrors.NoSuchBucket(source[..slash]);

        var reading = from.Find(source[(slash + 1)..])?.Read(state => (0, state.Length));
        if (reading is null)
            return OssErrors.NoSuchKey(source[(slash + 1)..]);

        if (reading.State.IsAppendable)
            return OssErrors.CopyNotAllowed;

        var copy = reading.State with { LastModified = clock.UtcNow };
        var body = new RequestBody(copy.Length, copy.Crc64, copy.Md5, reading.Bytes);
        return bucket.Slot(request.Key!).Put(copy, body)
            ? OssReply.Xml(new StringBuilder().Open("CopyObjectResult").Element("ETag", copy.ETag)
                .Element("LastModified", InstantText.Xml(copy.LastModified)).Close("CopyObjectResult").ToString())
            : OssErrors.FileImmutable;
    }

    public static OssReply Delete(Bucket bucket, OssRequest request) =>
        bucket.Find(request.Key!)?.Delete() != false ? new OssReply(204) : OssErrors.FileImmutable;

    public static OssReply DeleteMany(Bucket bucket, OssRequest request, RequestBody body)
    {
        var error = ContentDigest.CheckForm(request) ?? ContentDigest.Check(request, body);
        if (error is not null || ParseKeys(body, out var quiet) is not { } keys)
            return error ?? OssErrors.MalformedXml;

        var encode = request.Query["encoding-type"] == "url";
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").Open("DeleteResult");
        foreach (var key in keys.Where(key => bucket.Find(key)?.Delete() != false && !quiet))
            xml.Open("Deleted").Element("Key", encode ? PercentEncoding.Encode(key) : key).Close("Deleted");

        return OssReply.Xml(xml.Close("DeleteResult").ToString());
    }

    private static List<string>? ParseKeys(RequestBody body, out bool quiet)
    {
        quiet = false;
        try
        {
            var document = XDocument.Parse(Encoding.UTF8.GetString(body.ToArray()));
            quiet = document.Root?.Elements().FirstOrDefault(e => e.Name.LocalName == "Quiet")?.Value == "true";
            return [.. document.Descendants().Where(e => e.Name.LocalName == "Key").Select(e => e.Value)];
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
