using System.Globalization;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;


namespace OssLogSinks.Core.DiskBuffer.Folders;

/// <summary>
/// The folder beside the buffer's own where damaged parts are put for people to look at. It stays within its limit, unless a single file is
/// larger, and deletes the oldest first. It never throws: what cannot be kept is counted all the same. Safe for
/// several threads.
/// </summary>
internal sealed class Quarantine
{
    /// <summary>The folder's name below the buffer's path.</summary>
    public const string FolderName = "quarantine";

    private const int PieceSize = 64 << 10;
    private const int MostNumbers = 1000;
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'.'fffffff'Z'";

    private readonly object _gate = new();
    private readonly IBufferFiles _files;
    private readonly string _folder;
    private readonly long _sizeLimit;
    private readonly TimeProvider _time;

    public Quarantine(IBufferFiles files, string bufferPath, long sizeLimit, TimeProvider time)
    {
        _files = files;
        _folder = Path.Combine(bufferPath, FolderName);
        _sizeLimit = sizeLimit;
        _time = time;
    }

    /// <summary>Copies a damaged stretch.</summary>
    /// <param name="folder">The name of the folder it was found in.</param>
    /// <param name="segment">The name of the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="damage">The stretch.</param>
    /// <returns>Whether a copy is kept.</returns>
    public bool Keep(string folder, string segment, string path, Damage damage)
    {
        return Try(() =>
        {
            if (damage.Length > _sizeLimit)
                return false;

            MakeSpace(damage.Length);

            using var source = _files.OpenToRead(path);
            Copy(source, damage, NewPath($"{folder}-{segment}-at{damage.Offset.ToString(CultureInfo.InvariantCulture)}"));
            return true;
        });
    }

    /// <summary>Moves a whole file here, however large: it takes no more of the disk than before, and is the first to give way.</summary>
    /// <param name="folder">The name of the folder it was found in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="path">The file.</param>
    /// <returns>Whether it was moved; if not, it stays where it is.</returns>
    public bool KeepFile(string folder, string name, string path)
    {
        var length = 0L;
        Try(() =>
        {
            length = _files.LengthOf(path);
            return true;
        });

        return Try(() =>
        {
            MakeSpace(length);
            _files.Move(path, NewPath($"{folder}-{name}"));
            return true;
        });
    }

    private bool Try(Func<bool> act)
    {
        try
        {
            lock (_gate)
                return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    // Names begin with the time, so their order is that of age. Files that people put here are theirs, and are not counted.
    private void MakeSpace(long length)
    {
        _files.CreateFolder(_folder);
        if (!_files.FoldersIn(Path.GetDirectoryName(_folder)!).Contains(FolderName))
            throw new IOException("The quarantine is no folder of this user.");

        var kept = _files.FilesIn(_folder).Where(IsOurs).Select(name => Path.Combine(_folder, name)).Select(path => (Path: path, Length: LengthOf(path))).ToList();
        var total = kept.Sum(file => file.Length) + length;
        foreach (var oldest in kept)
        {
            if (total <= _sizeLimit)
                break;

            _files.Delete(oldest.Path);
            total -= oldest.Length;
        }
    }

    private long LengthOf(string path)
    {
        try
        {
            return _files.LengthOf(path);
        }
        catch (FileNotFoundException)
        {
            // Another process made space.
            return 0;
        }
    }

    private static bool IsOurs(string name) =>
        name.Length > TimeText(default).Length
        && DateTime.TryParseExact(
            name.Substring(0, TimeText(default).Length), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private string NewPath(string name)
    {
        var taken = _files.FilesIn(_folder);
        var begin = TimeText(_time.GetUtcNow());
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
        using var target = _files.Create(path);
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
