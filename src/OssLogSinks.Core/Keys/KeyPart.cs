using System.Globalization;

namespace OssLogSinks.Core.Keys;

/// <summary>One piece of a parsed key template.</summary>
internal abstract record KeyPart;

/// <summary>Text that is the same in every key, values known at start (machine, process, environment) included.</summary>
internal sealed record LiteralPart(string Text) : KeyPart;

/// <summary>The place of the event's time, or of its roll period's start.</summary>
internal sealed record TimestampPart(string Format) : KeyPart
{
    public string Render(DateTimeOffset time) => time.ToString(Format, CultureInfo.InvariantCulture);
}

/// <summary>The place of an event property; <see cref="Index"/> counts in <see cref="ObjectKeyTemplate.PropertyNames"/>.</summary>
internal sealed record PropertyPart(int Index) : KeyPart
{
    /// <summary>Whether the default sequence stands right behind, so that a value must not end like one.</summary>
    public bool IsBeforeDefaultSequence { get; init; }

    /// <summary>Whether nothing follows, so that a value must not end as the keys of compressed objects do.</summary>
    public bool IsAtEnd { get; init; }

    public string Render(string? value)
    {
        var escaped = KeyValueEscaping.Escape(value);
        if (IsAtEnd)
            escaped = GzipSuffix.Escape(escaped);
        return IsBeforeDefaultSequence ? KeyValueEscaping.EscapeSequenceLikeEnd(escaped) : escaped;
    }
}

/// <summary>
/// The place of the sequence number. Without a format it is the default place, which shows nothing for the first
/// object of a stream and <c>_001</c>, <c>_002</c>… for the next ones, as Serilog's File sink names its files.
/// </summary>
internal sealed record SequencePart(string? Format) : KeyPart
{
    public string Render(int sequence)
    {
        if (Format is not null)
            return sequence.ToString(Format, CultureInfo.InvariantCulture);

        return sequence == 0 ? "" : "_" + sequence.ToString("000", CultureInfo.InvariantCulture);
    }
}
