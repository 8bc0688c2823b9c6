using System.Text;
using System.Xml;

namespace OssLogSinks.Emulator.Protocol;

/// <summary>Writes the flat XML of the protocol into a string builder.</summary>
internal static class XmlText
{
    public static StringBuilder Element(this StringBuilder xml, string name, string? value)
    {
        if (value is null)
            return xml;

        xml.Append("  <").Append(name).Append('>');
        AppendEscaped(xml, value);
        return xml.Append("</").Append(name).Append(">\n");
    }

    public static StringBuilder Open(this StringBuilder xml, string name) => xml.Append('<').Append(name).Append(">\n");

    public static StringBuilder Close(this StringBuilder xml, string name) => xml.Append("</").Append(name).Append(">\n");

    // Characters that XML 1.0 cannot contain become question marks; a client that needs them uses encoding-type=url.
    private static void AppendEscaped(StringBuilder xml, string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                xml.Append(c).Append(value[++i]);
                continue;
            }

            _ = c switch
            {
                '<' => xml.Append("&lt;"),
                '>' => xml.Append("&gt;"),
                '&' => xml.Append("&amp;"),
                '"' => xml.Append("&quot;"),
                '\r' => xml.Append("&#13;"),
                _ => xml.Append(XmlConvert.IsXmlChar(c) ? c : '?'),
            };
        }
    }
}
