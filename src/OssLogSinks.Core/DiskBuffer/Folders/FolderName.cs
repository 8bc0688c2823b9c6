using System.Globalization;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The name of one process's folder in the buffer: when it was made, and a folder id that no other folder has, of which the first half
/// is the same in all folders of one process. A name is never used again. Anything in the buffer with another kind of name is
/// somebody else's.
/// </summary>
/// <param name="Text">The name, as <c>20261122T221530-9f3c5a0b77e1d204</c>.</param>
/// <param name="FolderId">What keeps this folder's bytes apart from those of all others.</param>
internal readonly record struct FolderName(string Text, ulong FolderId)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss";
    private const int TimeLength = 15;
    private const int FolderIdLength = 16;

    /// <summary>Identifies the process whose folder it is; by chance, two processes may have the same one.</summary>
    public uint Process => (uint)(FolderId >> 32);

    private DateTime Time => DateTime.ParseExact(Text.Substring(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A new name, which sorts behind the one before it of the same process.</summary>
    public static FolderName New(TimeProvider time, FolderName? before = null)
    {
        var chance = Guid.NewGuid().ToByteArray();
        var folderId = BitConverter.ToUInt64(chance, 0) ^ BitConverter.ToUInt64(chance, 8);
        var now = time.GetUtcNow().UtcDateTime;
        if (before is { } last)
        {
            folderId = ((ulong)last.Process << 32) | (uint)folderId;
            now = now < last.Time.AddSeconds(1) ? last.Time.AddSeconds(1) : now;
        }

        return new(now.ToString(TimeFormat, CultureInfo.InvariantCulture) + "-" + folderId.ToString("x16", CultureInfo.InvariantCulture), folderId);
    }

    /// <summary>Reads the name of a folder.</summary>
    /// <returns>False if it is not one of ours.</returns>
    public static bool TryParse(string text, out FolderName name)
    {
        name = default;
        if (text.Length != TimeLength + 1 + FolderIdLength || text[TimeLength] != '-'
            || !DateTime.TryParseExact(text[..TimeLength], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            || !ulong.TryParse(text[(TimeLength + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var folderId)
            || !text.EndsWith(folderId.ToString("x16", CultureInfo.InvariantCulture), StringComparison.Ordinal))
        {
            return false;
        }

        name = new(text, folderId);
        return true;
    }
}
