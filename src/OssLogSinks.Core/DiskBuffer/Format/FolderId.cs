namespace OssLogSinks.Core.DiskBuffer.Format;

/// <summary>
/// The random number of a buffer folder, and what is derived from it: the mark at the start of each block and the seed of its checksums. A block of
/// one folder is not valid in another. No log text has the mark: its first byte never occurs in UTF-8.
/// </summary>
internal readonly record struct FolderId
{
    private const uint NeverInUtf8 = 0xF8;

    public FolderId(ulong value)
    {
        var mixed = Mix(value);
        Value = value;
        Mark = (uint)mixed | NeverInUtf8;
        Seed = (uint)(mixed >> 32);
    }

    public ulong Value { get; }

    /// <summary>The first four bytes of each block, as a little-endian number.</summary>
    public uint Mark { get; }

    /// <summary>The start value of the checksums.</summary>
    public uint Seed { get; }

    // The last step of SplitMix64: every bit of the folder id reaches every bit of the mark and the seed.
    private static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
