using System.Globalization;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>What renders events on either side of a pair.</summary>
internal static class Formatters
{
    public const string OutputTemplate = OssAppendSinkOptions.DefaultOutputTemplate;

    /// <summary>As this project renders; null for its output template.</summary>
    public static ITextFormatter? Ours(LineFormat format) =>
        format == LineFormat.Clef ? new OssAppendCompactJsonFormatter() : null;

    /// <summary>As others render.</summary>
    public static ITextFormatter Theirs(LineFormat format) =>
        format == LineFormat.Clef ? new CompactJsonFormatter() : Text();

    private static MessageTemplateTextFormatter Text() => new(OutputTemplate, CultureInfo.InvariantCulture);
}
