namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>A folder of the test's own for a buffer on disk; removed at the end.</summary>
internal sealed class BufferFolder : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(4);

    public string Path { get; } = Directory.CreateTempSubdirectory("oss-end-to-end-").FullName;

    /// <summary>The folders in it, each of a process that lives or left events there.</summary>
    public IReadOnlyList<string> Owners => [.. Directory.GetDirectories(Path).Order(StringComparer.Ordinal)];

    /// <summary>All its files with their content.</summary>
    public IReadOnlyDictionary<string, string> Files =>
        Directory.GetFiles(Path, "*", SearchOption.AllDirectories).ToDictionary(file => file, ContentOf);

    /// <summary>Waits for what other processes bring about; a test that never gets there fails.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(LongestWait);
        while (!isSo())
            await Task.Delay(PollInterval, timeout.Token);
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
