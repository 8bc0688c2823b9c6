using System.Text;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

/// <summary>Compares formatters: the same bytes, or a placeholder where Serilog's own throws.</summary>
internal static class SameText
{
    public static void Require(ITextFormatter expected, ITextFormatter actual, LogEvent logEvent)
    {
        var text = new StringWriter { NewLine = "\n" };
        var wanted = Record.Exception(() => expected.Format(logEvent, text));
        using var writer = new RecordWriter();
        var thrown = Record.Exception(() => actual.Format(logEvent, writer));

        Assert.Null(thrown);
        if (wanted is not null)
            Assert.Contains(" failed: ", Encoding.UTF8.GetString(writer.Written.Span), StringComparison.Ordinal);
        else
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString())), Encoding.UTF8.GetString(writer.Written.Span));
    }
}
