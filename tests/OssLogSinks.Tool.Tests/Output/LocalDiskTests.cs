using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Tests.Output;

public class LocalDiskTests
{
    [Fact]
    public void FileAndFolder_AreSynced()
    {
        var folder = Directory.CreateTempSubdirectory("local-disk-ü-");
        var file = Path.Combine(folder.FullName, "file");
        File.WriteAllText(file, "text");

        LocalDisk.Instance.SyncFile(file);
        LocalDisk.Instance.SyncFolder(folder.FullName);

        Assert.Equal("text", File.ReadAllText(file));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void FolderThatDoesNotExist_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows syncs no folders.");

        Assert.Throws<IOException>(() => LocalDisk.Instance.SyncFolder(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));
    }
}
