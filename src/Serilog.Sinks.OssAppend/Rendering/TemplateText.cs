using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>What compact JSON says of a message template, the same in each of its events.</summary>
internal sealed class TemplateText
{
    private TemplateText(byte[] json, PropertyToken[] formatted)
    {
        Json = json;
        Formatted = formatted;
    }

    /// <summary>The template itself as a JSON string.</summary>
    public byte[] Json { get; }

    /// <summary>The places whose format has to be applied here, since a reader does not know the values' types any more.</summary>
    public PropertyToken[] Formatted { get; }

    public static TemplateText Of(MessageTemplate template)
    {
        using var writer = new RecordWriter();
        JsonText.WriteQuoted(writer, template.Text);
        return new TemplateText(writer.Written.ToArray(), [.. template.Tokens.OfType<PropertyToken>().Where(t => t.Format is not null)]);
    }
}
