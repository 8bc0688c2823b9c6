using System.Text;
using OssLogSinks.Core.Batching;
using Serilog.Events;
using Serilog.Formatting;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

/// <summary>Compares formatters: the same bytes, or the same exception.</summary>
internal static class SameText
{
    public static void Require(ITextFormatter expected, ITextFormatter actual, LogEvent logEvent)
    {
        var text = new StringWriter { NewLine = "\n" };
        var wanted = Record.Exception(() => expected.Format(logEvent, text));
        using var writer = new RecordWriter();
        var thrown = Record.Exception(() => actual.Format(logEvent, writer));

        Assert.Equal(wanted?.GetType(), thrown?.GetType());
        if (wanted is null)
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString())), Encoding.UTF8.GetString(writer.Written.Span));
    }
}
