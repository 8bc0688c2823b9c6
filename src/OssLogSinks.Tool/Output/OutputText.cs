using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace OssLogSinks.Tool.Output;

/// <summary>The standard output of one command: buffered bytes, with texts, JSON lines and tables on top. Not thread-safe.</summary>
internal sealed class OutputText : IDisposable
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ToolHost _host;
    private readonly StreamWriter _writer;

    public OutputText(ToolHost host)
    {
        _host = host;
        Bytes = new BufferedStream(new CommandOutput(host.Output, host.HasReaderGone), 64 * 1024);
        _writer = new StreamWriter(Bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 * 1024, leaveOpen: true) { NewLine = "\n" };
    }

    /// <summary>The bytes behind <see cref="Text"/>. Flush one before you write to the other.</summary>
    public Stream Bytes { get; }

    public TextWriter Text => _writer;

    /// <summary>Whether colours are wanted.</summary>
    public bool HasColour => _host.IsOutputTerminal;

    /// <summary>Writes one JSON document on one line.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write)
    {
        _writer.Flush();
        using (var json = new Utf8JsonWriter(Bytes, JsonOptions))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        Bytes.WriteByte((byte)'\n');
    }

    /// <summary>Writes a table, or another drawing of Spectre.Console, without colours in a pipe.</summary>
    public void Draw(Spectre.Console.Rendering.IRenderable drawing)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new PlainOutput(_writer, _host.Width),
            Ansi = HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = HasColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Write(drawing);
    }

    public void Flush()
    {
        _writer.Flush();
        Bytes.Flush();
    }

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
            Bytes.Dispose();
        }
        catch (Exception failure) when (failure is OutputClosedException or ToolException)
        {
            // The same failure ended the command, or was told at its end.
        }
    }

    private sealed class PlainOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => width;

        public int Height => 50;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
