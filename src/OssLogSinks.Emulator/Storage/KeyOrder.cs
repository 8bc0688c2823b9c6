namespace OssLogSinks.Emulator.Storage;

/// <summary>Orders keys as OSS lists them: by UTF-8 bytes, which is code point order and not that of UTF-16.</summary>
internal static class KeyOrder
{
    public static int Compare(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        return Rank(a[common]).CompareTo(Rank(b[common]));
    }

    // A surrogate stands for a code point above U+FFFF, so it sorts behind everything of one unit.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
