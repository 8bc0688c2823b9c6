using System.Text;
using OssLogSinks.Core.Records;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Receives UTF-8: the sink's own writer directly; for any other writer, a buffer that is copied to it at the end.</summary>
internal readonly struct Utf8Target : IDisposable
{
    private readonly TextWriter? _output;

    public Utf8Target(TextWriter output)
    {
        if (output is RecordWriter writer)
        {
            Writer = writer;
            _output = null;
        }
        else
        {
            Writer = new RecordWriter();
            _output = output ?? throw new ArgumentNullException(nameof(output));
        }
    }

    public RecordWriter Writer { get; }

    public void Dispose()
    {
        if (_output is null)
            return;

        var written = Writer.Written.ToArray();
        Writer.Dispose();
        _output.Write(Encoding.UTF8.GetString(written));
    }
}
