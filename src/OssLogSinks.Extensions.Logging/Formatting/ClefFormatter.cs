using System.Globalization;
using OssLogSinks.Core.Records;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging.Formatting;

/// <summary>Writes an event as one line of compact JSON (CLEF), with the names and levels that Serilog's formatter writes.</summary>
internal sealed class ClefFormatter(bool includeScopes) : EventFormatter
{
    private readonly FormattedPlaceholders _placeholders = new();

    public override bool? IsJson => true;

    public override void Write(LogCall call, RecordWriter writer)
    {
        var values = call.Values;
        ClefText.Begin(call.Time, writer);
        ClefText.WriteText(values.Template is null ? ",\"@m\":"u8 : ",\"@mt\":"u8, values.Template ?? call.FormatMessage() ?? "", writer);
        if (values.Template is not null)
            _placeholders.Write(values.Template, values, writer);

        _ = ClefText.TryWriteLevel((int)call.Level, writer);
        ClefText.WriteException(call.Exception, writer);
        WriteIds(call, writer);
        var count = includeScopes ? values.Count : values.OwnCount;
        WriteUnlessTaken("SourceContext", call.Category);
        if (call.EventId.Name is { } name)
            WriteUnlessTaken("EventName", name);
        for (var i = 0; i < count; i++)
            Write(values[i].Key, values[i].Value, writer);
        if (includeScopes && values.ScopeTexts.Count > 0)
            WriteUnlessTaken("Scope", values.ScopeTexts);

        writer.WriteUtf8("}\n"u8);

        // A name that the application uses too must not be there twice.
        void WriteUnlessTaken(string key, object value)
        {
            if (!values.Has(key, count))
                Write(key, value, writer);
        }
    }

    private static void WriteIds(LogCall call, RecordWriter writer)
    {
        if (call.EventId.Id != 0)
        {
            writer.WriteUtf8(",\"@i\":"u8);
            ScalarText.Write(writer, call.EventId.Id, null, CultureInfo.InvariantCulture);
        }

        ClefText.WriteActivity(writer);
    }

    private static void Write(string name, object? value, RecordWriter writer)
    {
        ClefText.WriteName(name, writer);
        JsonText.Write(writer, value);
    }
}
