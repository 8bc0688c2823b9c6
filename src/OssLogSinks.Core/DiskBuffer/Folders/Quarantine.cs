using System.Globalization;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The folder beside the buffer's own folders where damaged files and parts are kept for inspection. It stays within its limit, unless a single
/// file is larger, and deletes the oldest first. It never throws: a part that cannot be kept is counted all the same. Thread-safe.
/// </summary>
internal sealed class Quarantine(IBufferFiles files, string bufferPath, long sizeLimit, TimeProvider time)
{
    /// <summary>The folder's name below the buffer's path.</summary>
    public const string FolderName = "quarantine";

    private const int PieceSize = 64 << 10;
    private const int MostNumbers = 1000;
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'.'fffffff'Z'";
    private const int TimeLength = 24;

    private readonly object _gate = new();
    private readonly string _folder = Path.Combine(bufferPath, FolderName);

    /// <summary>Copies a damaged stretch of a file.</summary>
    /// <param name="folder">The name of the folder that has the file.</param>
    /// <param name="segment">The name of the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="damage">The stretch.</param>
    /// <returns>Why there is no copy; null if it is kept.</returns>
    public string? Keep(string folder, string segment, string path, Damage damage) => damage.Length > sizeLimit
        ? "A damaged part is larger than this folder may become."
        : Try(() =>
        {
            MakeSpace(damage.Length);
            using var source = files.OpenToRead(path);
            Copy(source, damage, NewPath($"{folder}-{segment}-at{damage.Offset.ToString(CultureInfo.InvariantCulture)}"));
        });

    /// <summary>
    /// Moves a whole file here, however large: that needs no additional disk space. A file larger than the limit is deleted when the next one comes.
    /// </summary>
    /// <param name="folder">The name of the folder that has the file.</param>
    /// <param name="name">Its name.</param>
    /// <param name="path">The file.</param>
    /// <returns>Why it stays where it is; null if it was moved.</returns>
    public string? KeepFile(string folder, string name, string path)
    {
        var length = 0L;
        Try(() => length = files.LengthOf(path));
        return Try(() =>
        {
            MakeSpace(length);
            files.Move(path, NewPath($"{folder}-{name}"));
        });
    }

    private string? Try(Action act)
    {
        try
        {
            lock (_gate)
                act();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return e.Message;
        }
    }

    // Names begin with the time, so they sort by age. Files that people put here are neither counted nor deleted.
    private void MakeSpace(long length)
    {
        files.CreateFolder(_folder);
        if (!files.FoldersIn(bufferPath).Contains(FolderName))
            throw new IOException("The quarantine is not a folder of this user.");

        var kept = files.FilesIn(_folder).Where(IsOurs).Select(name => Path.Combine(_folder, name)).Select(path => (Path: path, Length: LengthOf(path))).ToList();
        var total = kept.Sum(file => file.Length) + length;
        foreach (var oldest in kept)
        {
            if (total <= sizeLimit)
                break;

            files.Delete(oldest.Path);
            total -= oldest.Length;
        }
    }

    private long LengthOf(string path)
    {
        try
        {
            return files.LengthOf(path);
        }
        catch (FileNotFoundException)
        {
            // Another process deleted it to make space.
            return 0;
        }
    }

    private static bool IsOurs(string name) =>
        name.Length > TimeLength
        && DateTime.TryParseExact(name.Substring(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private string NewPath(string name)
    {
        var taken = files.FilesIn(_folder);
        var begin = time.GetUtcNow().UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        for (var number = 0; number < MostNumbers; number++)
        {
            var candidate = $"{begin}-{number.ToString("000", CultureInfo.InvariantCulture)}-{name}";
            if (!taken.Contains(candidate, StringComparer.Ordinal))
                return Path.Combine(_folder, candidate);
        }

        throw new IOException("The quarantine folder has no free name.");
    }

    private void Copy(IBufferFile source, Damage damage, string path)
    {
        using var target = files.Create(path);
        var piece = new byte[(int)Math.Min(PieceSize, Math.Max(1, damage.Length))];
        for (var done = 0L; done < damage.Length;)
        {
            var read = source.Read(damage.Offset + done, piece, 0, (int)Math.Min(piece.Length, damage.Length - done));
            if (read <= 0)
                break;

            target.Write(done, piece, 0, read);
            done += read;
        }
    }
}
