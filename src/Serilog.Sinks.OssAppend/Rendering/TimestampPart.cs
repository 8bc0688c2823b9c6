using System.Globalization;
using OssLogSinks.Core.Records;
using Serilog.Events;
using Serilog.Parsing;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>The event's time, as it was taken or in UTC.</summary>
internal sealed class TimestampPart : OutputPart
{
    private readonly bool _isUtc;
    private readonly string? _format;
    private readonly IFormatProvider _provider;
    private readonly TimestampText? _text;

    public TimestampPart(PropertyToken token, IFormatProvider? provider)
    {
        _isUtc = token.PropertyName == "UtcTimestamp";
        _format = token.Format;
        _provider = provider ?? CultureInfo.InvariantCulture;
        _text = TimestampText.TryRead(token.Format, _provider);
    }

    public override void Write(LogEvent logEvent, RecordWriter writer)
    {
        if (_text is not null)
            _text.Write(_isUtc ? logEvent.Timestamp.ToUniversalTime() : logEvent.Timestamp, writer);
        else if (_isUtc)
            ScalarText.Write(writer, logEvent.Timestamp.UtcDateTime, _format, _provider);
        else
            ScalarText.Write(writer, logEvent.Timestamp, _format, _provider);
    }
}
