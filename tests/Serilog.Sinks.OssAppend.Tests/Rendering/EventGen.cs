using System.Diagnostics;
using CsCheck;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

/// <summary>Events of every kind: what a logger can make, and some of what only a library that makes events itself can.</summary>
internal static class EventGen
{
    private static readonly string[] Names = ["A", "B", "Tenant", "Elapsed", "0", "1", "@odd", "ünï", "quo\"te"];

    private static readonly Gen<string> Piece = One(
        "word", " ", "\"", "\\", "\n", "\r\n", "\t", "\0", "\u001f", "\u007f", "é", "日本語", "😀", "\ud83d", "\ude00", "{", "}", "/", "<b>", "\u2028");

    /// <summary>Texts with everything in them that may need care.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(Piece.Array[0, 6].Select(string.Concat), Gen.String[0, 12]);

    private static readonly Gen<object?> Scalar = Gen.OneOf(
        One<object?>(
            null, true, false, 'x', '"', '\ud83d', double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, float.NaN, float.NegativeInfinity,
            decimal.MaxValue, 1.2300m, DayOfWeek.Friday, (DayOfWeek)17, Guid.Empty, DateTime.MinValue, DateTimeOffset.MaxValue, TimeSpan.MinValue,
            new DateOnly(2026, 11, 25), new TimeOnly(1, 2, 3, 4), new Uri("https://example.com/a?b=\"c\""), new Version(1, 2), new Silent(), new Formattable(), new object[] { 1 }),
        Text.Select(text => (object?)text),
        Gen.Int.Select(n => (object?)n), Gen.Long.Select(n => (object?)n), Gen.UInt.Select(n => (object?)n), Gen.ULong.Select(n => (object?)n),
        Gen.Short.Select(n => (object?)n), Gen.UShort.Select(n => (object?)n), Gen.Byte.Select(n => (object?)n), Gen.SByte.Select(n => (object?)n),
        Gen.Double.Select(n => (object?)n), Gen.Float.Select(n => (object?)n), Gen.Decimal.Select(n => (object?)n), Gen.Guid.Select(n => (object?)n),
        Gen.DateTime.Select(n => (object?)n), Gen.DateTimeOffset.Select(n => (object?)n), Gen.TimeSpan.Select(n => (object?)n),
        Gen.DateOnly.Select(n => (object?)n), Gen.TimeOnly.Select(n => (object?)n), Gen.Char.Select(n => (object?)n));

    /// <summary>Formats that fit some values, others, or none.</summary>
    public static readonly Gen<string> Format = One(
        "", ":l", ":j", ":lj", ":u", ":w", ":0.00", ":0.0000", ":N2", ":x8", ":C", ":R", ":O", ":G", ":d", ":D", ":yyyy-MM-dd", ":HH:mm:ss.fff", ":hh\\:mm", ":#,##0 €", ":0 \"q\"", ":0\\😀");

    public static readonly Gen<string> Alignment = One("", "", "", ",5", ",-5", ",12", ",-12", ",120");

    private static readonly Gen<string> MessagePiece = Gen.OneOf(
        Text.Select(text => text.Replace("{", "{{").Replace("}", "}}")),
        Gen.Select(One("", "", "@", "$"), One("A", "B", "Tenant", "Elapsed", "Missing", "0", "1", "7"), Alignment, Format)
            .Select((capture, name, alignment, format) => "{" + capture + name + alignment + format + "}"));

    private static readonly Gen<string> MessageText = Gen.OneOf(
        MessagePiece.Array[0, 5].Select(string.Concat),
        Gen.Select(Alignment, Format).Select((alignment, format) => "{0" + alignment + format + "} and {1}"));

    private static readonly Gen<Exception?> Failure = Gen.OneOf(
        Gen.Const((Exception?)null),
        Text.Select(text => (Exception?)new InvalidOperationException(text, new FormatException("inner"))),
        Gen.Const((Exception?)null), Gen.Const((Exception?)null), Gen.Frequency((9, Gen.Const((Exception?)null)), (1, Gen.Const((Exception?)new Unprintable()))));

    public static readonly Gen<LogEvent> Event = Gen.Select(
            Gen.OneOf(Gen.DateTimeOffset, Gen.Int[0, 3000].Select(ms => new DateTimeOffset(2026, 11, 22, 20, 15, 7, TimeSpan.FromHours(8)).AddMilliseconds(ms))),
            Gen.Frequency((9, Gen.Int[0, 5]), (1, Gen.Int[-1, 7])),
            Failure,
            MessageText,
            Gen.Select(One(Names), Value(3)).Array[0, 5],
            Gen.Bool)
        .Select((time, level, failure, text, properties, isTraced) => new LogEvent(
            time, (LogEventLevel)level, failure, new MessageTemplateParser().Parse(text),
            properties.Select(p => new LogEventProperty(p.Item1, p.Item2)),
            isTraced ? ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c") : default,
            isTraced ? ActivitySpanId.CreateFromString("b7ad6b7169203331") : default));

    /// <summary>One of these.</summary>
    public static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<LogEventPropertyValue> Value(int depth)
    {
        var scalar = Gen.Frequency((20, Scalar.Select(value => (LogEventPropertyValue)new ScalarValue(value))), (1, Gen.Const((LogEventPropertyValue)new Shouting())));
        if (depth == 0)
            return scalar;

        var inner = Value(depth - 1);
        return Gen.Frequency(
            (6, scalar),
            (1, inner.Array[0, 3].Select(elements => (LogEventPropertyValue)new SequenceValue(elements))),
            (1, Gen.Select(Gen.Select(One(Names), inner).Array[0, 3], One<string?>(null, "Order", "Ty\"pe"))
                .Select((properties, tag) => (LogEventPropertyValue)new StructureValue(properties.Select(p => new LogEventProperty(p.Item1, p.Item2)), tag))),
            (1, Gen.Select(Scalar, inner).Array[0, 3].Select(entries => (LogEventPropertyValue)new DictionaryValue(
                entries.Where(e => e.Item1 is not Silent).DistinctBy(e => e.Item1).Select(e => new KeyValuePair<ScalarValue, LogEventPropertyValue>(new ScalarValue(e.Item1), e.Item2))))));
    }

    private sealed class Silent
    {
        public override string? ToString() => null;
    }

    private sealed class Formattable : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) => $"<{format}|{formatProvider}>";

        public override string ToString() => "\"formattable\"";
    }

    /// <summary>A value that shows itself in a way of its own.</summary>
    private sealed class Shouting() : ScalarValue("quiet")
    {
        public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null) => output.Write("LOUD");
    }

    private sealed class Unprintable : Exception
    {
        public override string ToString() => throw new InvalidOperationException("no");
    }
}
