using System.IO.Compression;
using OssLogSinks.Emulator;

namespace OssLogSinks.Querying.Tests.Support;

/// <summary>A bucket's objects as files, under its name in a folder of the test's own.</summary>
internal sealed class Download : IDisposable
{
    private Download(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Brings every object down.</summary>
    /// <param name="oss">Where they are.</param>
    /// <param name="asGzip">Compressed into several gzip members a file, as an object is that grows by whole members.</param>
    public static Download Of(OssEmulator oss, bool asGzip)
    {
        var download = new Download(Directory.CreateTempSubdirectory("oss-querying-").FullName);
        foreach (var stored in oss.ListObjects(Site.Bucket))
        {
            var path = Path.Combine(download.Folder, Site.Bucket, stored.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var bytes = oss.ReadObject(Site.Bucket, stored.Key);
            if (asGzip)
                WriteMembers(path + ".gz", bytes);
            else
                File.WriteAllBytes(path, bytes);
        }

        return download;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void WriteMembers(string path, byte[] bytes)
    {
        using var file = File.Create(path);
        var half = bytes.Length / 2;
        foreach (var part in new[] { bytes.AsMemory(0, half), bytes.AsMemory(half) })
            using (var member = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
                member.Write(part.Span);
    }
}
