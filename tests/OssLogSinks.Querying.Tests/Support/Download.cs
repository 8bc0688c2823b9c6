using OssLogSinks.Emulator;

namespace OssLogSinks.Querying.Tests.Support;

/// <summary>A bucket's objects as files, under its name in a folder of the test's own.</summary>
internal sealed class Download : IDisposable
{
    private Download(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Brings every object down.</summary>
    public static Download Of(OssEmulator oss)
    {
        var download = new Download(Directory.CreateTempSubdirectory("oss-querying-").FullName);
        foreach (var stored in oss.ListObjects(Site.Bucket))
        {
            var path = Path.Combine(download.Folder, Site.Bucket, stored.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, oss.ReadObject(Site.Bucket, stored.Key));
        }

        return download;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
