#if !NETSTANDARD2_0
namespace OssLogSinks.Core.Records;

/// <content>What formatters write without a string, where the platform's <see cref="TextWriter"/> knows spans.</content>
public sealed partial class RecordWriter
{
    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var rest = buffer;
        while (_highSurrogate != '\0' && rest.Length > 0)
        {
            WritePaired(rest[0]);
            rest = rest[1..];
        }

        var endsOpen = rest.Length > 0 && char.IsHighSurrogate(rest[^1]);
        var whole = endsOpen ? rest[..^1] : rest;
        Reserve(Utf8.GetMaxByteCount(whole.Length));
        _length += Utf8.GetBytes(whole, _buffer.AsSpan(_length));
        if (endsOpen)
            _highSurrogate = rest[^1];
    }
}
#endif
