namespace OssLogSinks.Reliability.Corruption;

/// <summary>
/// The content of one file of a buffer, and what of it has been damaged. Content keeps its offsets whatever is done to it, so
/// that what stood where can be held against the damage; a cut only shortens what is written back.
/// </summary>
/// <param name="name">The file's name in its folder when it was read.</param>
/// <param name="bytes">Its content.</param>
internal sealed class StoredFile(string name, byte[] bytes)
{
    private readonly List<(long From, long To)> _damage = [];

    public string Name => name;

    public byte[] Bytes => bytes;

    /// <summary>How many bytes are written back.</summary>
    public int Length { get; private set; } = bytes.Length;

    public bool IsSegment { get; } = name.EndsWith(".seg", StringComparison.Ordinal);

    public bool IsJournal { get; } = name.StartsWith("journal.", StringComparison.Ordinal);

    public bool IsDamaged => _damage.Count > 0;

    /// <summary>Whether nothing is left of it where it is looked for.</summary>
    public bool IsGone { get; private set; }

    public bool Touches(long from, long to) => _damage.Any(d => d.From < to && from < d.To);

    public void Cut(int length)
    {
        Length = Math.Min(Length, length);
        _damage.Add((length, long.MaxValue));
        IsGone = IsGone || Length == 0;
    }

    public void Lose()
    {
        _damage.Add((0, long.MaxValue));
        IsGone = true;
    }

    public void Flip(int offset, int bit)
    {
        bytes[offset] ^= (byte)(1 << bit);
        _damage.Add((offset, offset + 1));
    }

    public void Zero(int from, int to)
    {
        Array.Clear(bytes, from, to - from);
        _damage.Add((from, to));
    }
}
