using OssLogSinks.Core.Client;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Compacting;

/// <summary>A Parquet file of an earlier run.</summary>
/// <param name="Name">Its key, or its path.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Sources">The objects that its events come from.</param>
internal sealed record CompactedFile(string Name, long Length, IReadOnlyList<CompactedSource> Sources);

/// <summary>Where Parquet files go. A file is there whole, or not at all, and a power cut does not remove it.</summary>
internal interface ICompactTarget
{
    /// <summary>Whether all events go to one file.</summary>
    bool IsOneFile { get; }

    /// <summary>The files of earlier runs.</summary>
    Task<IReadOnlyList<CompactedFile>> FindAsync(CancellationToken cancellationToken);

    /// <summary>A path to write a file to before it is published.</summary>
    string TemporaryPath(string folder);

    /// <summary>Publishes a file that is written and checked.</summary>
    /// <returns>Its name.</returns>
    Task<string> PublishAsync(string path, string hash, CancellationToken cancellationToken);

    /// <summary>A path where a file of an earlier run can be read. It is as durable then as one that is published.</summary>
    Task<string> FetchAsync(CompactedFile file, string folder, CancellationToken cancellationToken);
}

/// <summary>Objects whose keys begin with a prefix.</summary>
/// <param name="client">Lists and reads.</param>
/// <param name="openUploads">Opens a client for the append of so many bytes, which may take long.</param>
/// <param name="prefix">The beginning of the keys.</param>
/// <param name="time">The clock.</param>
internal sealed class BucketTarget(OssClient client, Func<long, OssClient> openUploads, string prefix, TimeProvider time) : ICompactTarget
{
    public const string Suffix = ".parquet";

    public bool IsOneFile => false;

    public async Task<IReadOnlyList<CompactedFile>> FindAsync(CancellationToken cancellationToken)
    {
        var files = new List<CompactedFile>();
        await foreach (var found in client.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (!found.Key.EndsWith(Suffix, StringComparison.Ordinal))
                continue;

            var file = new RangedObject(client, found.Key, found.Length, time);
            if (await EventFileReader.TryOpenAsync(file, cancellationToken).ConfigureAwait(false) is not { } reader)
                continue;

            await using (reader.ConfigureAwait(false))
                files.Add(new CompactedFile(found.Key, found.Length, reader.Sources));
        }

        return files;
    }

    public string TemporaryPath(string folder) => Path.Combine(folder, "events" + Suffix);

    // One append is written whole or not at all, and the upload looks whether one without an answer was.
    public async Task<string> PublishAsync(string path, string hash, CancellationToken cancellationToken)
    {
        var length = new FileInfo(path).Length;
        if (length > Array.MaxLength)
            throw new ToolException(ExitCodes.Usage, $"The Parquet file would have {Quantities.Bytes(length)}, but one append takes 2 GiB.", "Write a smaller --part-size, or use --file.");

        var key = $"{prefix}events-{hash}{Suffix}";
        using var uploads = openUploads(length);
        var upload = new FileUpload(client, path, key, time) { Uploads = uploads, PartSize = (int)length, ContentType = "application/vnd.apache.parquet" };
        await upload.RunAsync(cancellationToken).ConfigureAwait(false);
        return key;
    }

    public async Task<string> FetchAsync(CompactedFile file, string folder, CancellationToken cancellationToken)
    {
        var path = TemporaryPath(folder);
        return await SourceCopy.TryFetchAsync(client, file.Name, file.Length, path, time, cancellationToken).ConfigureAwait(false) is not null
            ? path
            : throw new ToolException(ExitCodes.Found, $"The bytes of '{file.Name}' are not those that OSS has a checksum of.", "Try again.");
    }
}

/// <summary>One file on this disk.</summary>
internal sealed class FileTarget(string path, ILocalDisk disk) : ICompactTarget
{
    private readonly string _path = Path.GetFullPath(path);

    public bool IsOneFile => true;

    public async Task<IReadOnlyList<CompactedFile>> FindAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
            return [];

        var reader = await EventFileReader.TryOpenAsync(new FileStream(_path, FileMode.Open, FileAccess.Read), cancellationToken).ConfigureAwait(false)
            ?? throw new ToolException(ExitCodes.Usage, $"'{path}' is there already, and is not a file that this command wrote.", "Choose another path.");
        await using (reader.ConfigureAwait(false))
            return [new CompactedFile(_path, new FileInfo(_path).Length, reader.Sources)];
    }

    // In the same folder, so that it can be renamed.
    public string TemporaryPath(string folder) => Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Path.GetFileName(folder)}");

    public Task<string> PublishAsync(string path, string hash, CancellationToken cancellationToken)
    {
        disk.SyncFile(path);
        File.Move(path, _path, overwrite: false);
        Sync();
        return Task.FromResult(_path);
    }

    // The earlier run may have ended before it synced.
    public Task<string> FetchAsync(CompactedFile file, string folder, CancellationToken cancellationToken)
    {
        Sync();
        return Task.FromResult(file.Name);
    }

    // The file once more too: on Windows, that makes its new name durable.
    private void Sync()
    {
        disk.SyncFile(_path);
        disk.SyncFolder(Path.GetDirectoryName(_path)!);
    }
}
