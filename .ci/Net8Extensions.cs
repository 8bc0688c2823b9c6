// Methods of newer frameworks that tests and emulator use, for the row of .ci/everywhere that runs them on .NET 8.
namespace System
{
    internal static class ConvertExtensions
    {
        extension(Convert)
        {
            public static string ToHexStringLower(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
        }
    }

    internal static class SpanExtensions
    {
        public static SpanParts Split(this ReadOnlySpan<char> text, char separator) => new(text, separator);

        public ref struct SpanParts(ReadOnlySpan<char> text, char separator)
        {
            private readonly ReadOnlySpan<char> _text = text;
            private int _next;

            public Range Current { get; private set; }

            public readonly SpanParts GetEnumerator() => this;

            public bool MoveNext()
            {
                if (_next > _text.Length)
                    return false;

                var length = _text[_next..].IndexOf(separator);
                var end = length < 0 ? _text.Length : _next + length;
                Current = _next..end;
                _next = end + 1;
                return true;
            }
        }
    }
}
