#if NETSTANDARD2_0
using System.Text;

namespace NLog.Targets.OssAppend;

/// <summary>
/// Replaces <c>StringBuilder.GetChunks</c>, missing in .NET Standard 2.0. It copies the characters of a <see cref="StringBuilder"/> into one
/// chunk.
/// </summary>
internal static class StringBuilderChunks
{
    // Larger arrays are not reused.
    private const int LargestKept = 256 << 10;

    [ThreadStatic]
    private static char[]? _kept;

    /// <summary>The characters, valid until the thread's next call.</summary>
    public static OneChunk GetChunks(this StringBuilder text)
    {
        var chars = _kept;
        if (chars is null || chars.Length < text.Length)
            chars = new char[Math.Max(text.Length, 1024)];
        if (chars.Length <= LargestKept)
            _kept = chars;

        text.CopyTo(0, chars, 0, text.Length);
        return new OneChunk(chars.AsMemory(0, text.Length));
    }

    public struct OneChunk(ReadOnlyMemory<char> chunk)
    {
        private bool _hasMoved;

        public readonly ReadOnlyMemory<char> Current => chunk;

        public readonly OneChunk GetEnumerator() => this;

        public bool MoveNext()
        {
            var isFirst = !_hasMoved;
            _hasMoved = true;
            return isFirst;
        }
    }
}
#endif
