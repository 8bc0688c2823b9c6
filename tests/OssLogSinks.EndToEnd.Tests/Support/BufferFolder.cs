namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>A folder of the test's own for a buffer on disk; removed at the end.</summary>
internal sealed class BufferFolder : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    public string Path { get; } = Directory.CreateTempSubdirectory("oss-end-to-end-").FullName;

    /// <summary>The folders in it, each of a process that lives or left events there.</summary>
    public IReadOnlyList<string> Owners => [.. Directory.GetDirectories(Path).Order(StringComparer.Ordinal)];

    /// <summary>All its files with their content.</summary>
    public IReadOnlyDictionary<string, string> Files =>
        Directory.GetFiles(Path, "*", SearchOption.AllDirectories).ToDictionary(file => file, ContentOf);

    /// <summary>Waits until the folders of all processes but one are removed, as they are when OSS has all that was in them.</summary>
    public Task AllButOneAreShippedAsync() => AreLeftAsync(1);

    /// <summary>Waits until the folders of all processes but so many are removed.</summary>
    public async Task AreLeftAsync(int count)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(LongestWait);

        // The file system tells when a folder is removed.
        using var watcher = new FileSystemWatcher(Path) { NotifyFilter = NotifyFilters.DirectoryName };
        using var removed = new SemaphoreSlim(0);
        watcher.Deleted += (_, _) => removed.Release();
        watcher.EnableRaisingEvents = true;
        while (Owners.Count > count)
            await removed.WaitAsync(timeout.Token);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    // A lock file cannot be opened while its owner lives.
    private static string ContentOf(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return Convert.ToBase64String(bytes.ToArray());
        }
        catch (IOException)
        {
            return "in use";
        }
    }
}
