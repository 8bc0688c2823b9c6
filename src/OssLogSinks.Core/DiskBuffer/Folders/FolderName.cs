using System.Globalization;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The name of one process's folder in the buffer: its creation time and a unique folder id. The first half of the id is the same in all folders of
/// one process. A name is never used again. Other names in the buffer do not belong to this library.
/// </summary>
/// <param name="Text">The name, as <c>20261122T221530-9f3c5a0b77e1d204</c>.</param>
/// <param name="FolderId">Distinguishes this folder's bytes from those of all others.</param>
internal readonly record struct FolderName(string Text, ulong FolderId)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss";
    private const int TimeLength = 15;
    private const int FolderIdLength = 16;

    /// <summary>Identifies the process that owns the folder; by chance, two processes may have the same value.</summary>
    public uint Process => (uint)(FolderId >> 32);

    private DateTime Time => DateTime.ParseExact(Text.Substring(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>A new name, which sorts after the previous one of the same process.</summary>
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

    /// <summary>Parses the name of a folder.</summary>
    /// <returns>False if it is not a name of this library.</returns>
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
