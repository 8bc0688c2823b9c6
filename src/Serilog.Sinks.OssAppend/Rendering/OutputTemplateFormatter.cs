using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>
/// Renders events through an output template straight into UTF-8. Writes the very bytes that Serilog's own
/// <see cref="MessageTemplateTextFormatter"/> writes on a system whose lines end with <c>\n</c>. Any thread may use it.
/// </summary>
internal sealed class OutputTemplateFormatter : ITextFormatter
{
    private readonly OutputPart[] _parts;

    private OutputTemplateFormatter(OutputPart[] parts) => _parts = parts;

    /// <summary>What renders a template: this class, or Serilog's own if there is something in it that is not taken on here.</summary>
    /// <param name="template">The output template.</param>
    /// <param name="provider">The culture; null for the invariant one.</param>
    public static ITextFormatter For(string template, IFormatProvider? provider) =>
        OutputTemplateReader.TryRead(template, provider) is { } parts
            ? new OutputTemplateFormatter(parts)
            : new MessageTemplateTextFormatter(template, provider);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var target = new Utf8Target(output);
        foreach (var part in _parts)
            Write(part, logEvent, target.Writer);
    }

    // One place that fails takes none of the others with it.
    private static void Write(OutputPart part, LogEvent logEvent, RecordWriter writer)
    {
        try
        {
            part.Write(logEvent, writer);
        }
        catch (Exception failure)
        {
            writer.Write(Placeholder.ForPlace(failure));
        }
    }
}
