using System.Xml;
using System.Xml.Linq;

namespace OssLogSinks.Core.Client;

/// <summary>
/// Reads the XML of answers. The service's documents are flat: one that is nested deeper is not from OSS and is refused before a tree is
/// made of it, since walking a tree costs stack for each level. Entities are refused too.
/// </summary>
internal static class AnswerXml
{
    // Contents, Owner and ID of a listing are at 1 to 3; what the service may add has room.
    private const int DeepestLevel = 16;

    // The service's elements have a namespace at most.
    private const int MostAttributes = 64;

    /// <summary>The document's root, if it has that name; null if the bytes hold no such document: HTML, nothing, or the beginning of one.</summary>
    /// <param name="stream">The bytes; they are read twice.</param>
    /// <param name="root">The root's local name.</param>
    public static XElement? TryReadRoot(Stream stream, string root)
    {
        try
        {
            return IsFlat(stream, root) ? Load(stream) : null;
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException or ArgumentException or NotSupportedException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The text of the first child of that name, whatever its namespace; null if it is absent.</summary>
    public static string? ValueOf(XElement? parent, string name) => Child(parent, name)?.Value;

    /// <summary>The first child of that name, whatever its namespace; null if it is absent.</summary>
    public static XElement? Child(XElement? parent, string name) =>
        parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private static bool IsFlat(Stream stream, string root)
    {
        var start = stream.Position;
        using (var reader = Open(stream))
        {
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != root)
            {
                return false;
            }

            do
            {
                if (reader.Depth > DeepestLevel || reader.AttributeCount > MostAttributes)
                {
                    return false;
                }
            }
            while (reader.Read());
        }

        stream.Position = start;
        return true;
    }

    private static XElement? Load(Stream stream)
    {
        using var reader = Open(stream);
        return XDocument.Load(reader).Root;
    }

    private static XmlReader Open(Stream stream) =>
        XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
}
