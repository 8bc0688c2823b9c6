using System.Globalization;
using System.Text;
using System.Text.Json;
using OssLogSinks.Tool.Output;
using Serilog.Events;
using Serilog.Templates;
using Serilog.Templates.Themes;

namespace OssLogSinks.Tool.Reading;

/// <summary>Takes the wanted lines, in their order.</summary>
internal interface ILineWriter
{
    void Write(ReadOnlySpan<byte> line);

    /// <summary>Called once, after the last line.</summary>
    void End();
}

/// <summary>Lines as they are stored.</summary>
internal sealed class StoredLines(OutputText output) : ILineWriter
{
    public void Write(ReadOnlySpan<byte> line)
    {
        output.Bytes.Write(line);
        output.Bytes.WriteByte((byte)'\n');
    }

    public void End() => output.Flush();
}

/// <summary>Lines of JSON as they are stored; a line of text becomes a CLEF event, so that <c>jq</c> reads them all.</summary>
internal sealed class JsonLines(OutputText output) : ILineWriter
{
    public void Write(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[0] == '{' && IsJson(line))
        {
            output.Bytes.Write(line);
            output.Bytes.WriteByte((byte)'\n');
            return;
        }

        var text = Encoding.UTF8.GetString(line);
        _ = LineHead.TryReadText(line, out var head);
        output.WriteJson(json =>
        {
            if (head.Time is { } time)
                json.WriteString("@t", time);
            if (head.Level is { } level and not LogEventLevel.Information)
                json.WriteString("@l", level.ToString());
            json.WriteString("@m", text);
        });
    }

    public void End() => output.Flush();

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                // The whole line must be valid.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Lines for people: CLEF rendered with a template, text as it is, with control characters made visible.</summary>
internal sealed class RenderedLines : ILineWriter
{
    /// <summary>The template unless another is given.</summary>
    public const string DefaultTemplate = "{@t:yyyy-MM-dd HH:mm:ss.fff} [{@l:u3}] {@m}{#if rest(true) <> {}} {rest(true)}{#end}\n{@x}";

    private readonly OutputText _output;
    private readonly ExpressionTemplate _template;
    private readonly ClefEvent _events = new(EventParts.All);

    // Text is rendered with a template only if the user gave one.
    private readonly bool _isTextRendered;

    /// <exception cref="ToolException">The template has a fault.</exception>
    public RenderedLines(OutputText output, string? template)
    {
        _output = output;
        _isTextRendered = template is not null;
        var text = template ?? DefaultTemplate;
        if (!text.EndsWith('\n') && template is not null)
            text += "\n";
        var theme = output.HasColour ? TemplateTheme.Code : null;
        if (!ExpressionTemplate.TryParse(text, CultureInfo.InvariantCulture, null, theme, applyThemeWhenOutputIsRedirected: true, null, out var parsed, out var error))
            throw new ToolException(ExitCodes.Usage, $"--template has a fault: {error}", "Write a template of Serilog.Expressions, for instance: {@t:HH:mm:ss} {@l:u3} {@m}");

        _template = parsed;
    }

    public void Write(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[0] == '{' && _events.TryRead(line) is { } logEvent)
        {
            _template.Format(logEvent, _output.Text);
            return;
        }

        if (_isTextRendered && LineHead.TryReadText(line, out var head))
        {
            _template.Format(ClefEvent.OfText(line, head), _output.Text);
            return;
        }

        _output.Text.Write(Printable.Text(Encoding.UTF8.GetString(line)));
        _output.Text.Write('\n');
    }

    public void End() => _output.Flush();
}
