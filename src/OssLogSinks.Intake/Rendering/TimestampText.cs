using System.Text;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Intake.Rendering;

/// <summary>
/// Renders times in formats that contain numbers only. Everything but the fraction of a second is rendered by .NET once per second
/// and cached. Thread-safe.
/// </summary>
internal sealed class TimestampText
{
    // Parts whose text does not depend on their neighbours, so each can be rendered alone.
    private const string Parts = "(yyyy(?!y)|MM(?!M)|dd(?!d)|HH(?!H)|mm(?!m)|ss(?!s)|zzz(?!z)|[-/:., _TZ])*";
    private static readonly Regex Numbers = new($@"\A(?<before>{Parts})(?<fraction>f{{0,7}})(?<after>{Parts})\z", RegexOptions.CultureInvariant);

    private readonly string _before;
    private readonly int _digits;
    private readonly string _after;
    private readonly IFormatProvider _provider;

    // Immutable; any thread may replace it.
    private volatile Second _second = new(-1, 0, [], []);

    private TimestampText(string before, int digits, string after, IFormatProvider provider)
    {
        _before = before;
        _digits = digits;
        _after = after;
        _provider = provider;
    }

    /// <summary>Null if the format contains other parts, or is a single letter.</summary>
    public static TimestampText? TryRead(string? format, IFormatProvider provider)
    {
        // A single letter is a standard format.
        if (format is not { Length: > 1 } || Numbers.Match(format) is not { Success: true } match)
            return null;

        return new TimestampText(match.Groups["before"].Value, match.Groups["fraction"].Length, match.Groups["after"].Value, provider);
    }

    public void Write(DateTimeOffset time, RecordWriter writer)
    {
        var number = time.Ticks / TimeSpan.TicksPerSecond;
        var offset = time.Offset.Ticks;
        var second = _second;
        if (second.Number != number || second.OffsetTicks != offset)
            _second = second = new Second(number, offset, Render(time, _before), Render(time, _after));

        writer.WriteUtf8(second.Before);
        if (_digits == 0)
            return;

        WriteFraction((int)(time.Ticks % TimeSpan.TicksPerSecond), writer);
        writer.WriteUtf8(second.After);
    }

    private void WriteFraction(int ticks, RecordWriter writer)
    {
        var digits = writer.GetSpan(7).Slice(0, 7);
        for (var i = 6; i >= 0; i--, ticks /= 10)
            digits[i] = (byte)('0' + (ticks % 10));

        writer.Advance(_digits);
    }

    private byte[] Render(DateTimeOffset time, string format) => format.Length == 0
        ? []
        : Encoding.UTF8.GetBytes(time.ToString(format.Length == 1 ? "%" + format : format, _provider));

    private sealed record Second(long Number, long OffsetTicks, byte[] Before, byte[] After);
}
