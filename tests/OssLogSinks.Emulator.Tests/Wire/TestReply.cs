using System.Text;
using System.Xml.Linq;

namespace OssLogSinks.Emulator.Tests.Wire;

/// <summary>An answer, read to its end.</summary>
internal sealed record TestReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public XElement Xml => XElement.Parse(Text);

    public string? Code => Error("Code");

    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>An element of the error document, from wherever it travelled.</summary>
    public string? Error(string element)
    {
        var text = this["x-oss-err"] is { } encoded ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded)) : Text;
        return text.Length == 0 ? null : XElement.Parse(text).Element(element)?.Value;
    }

    public void Is(int status, string? code = null, string? ec = null)
    {
        Assert.Equal((status, code), (Status, Status >= 400 ? Code : null));
        Assert.Equal(ec ?? this["x-oss-ec"], this["x-oss-ec"]);
        Assert.Equal(24, this["x-oss-request-id"]?.Length);
        Assert.Equal("AliyunOSS", this["Server"]);
        Assert.NotNull(this["Date"]);
        Assert.NotNull(this["x-oss-server-time"]);
    }
}
