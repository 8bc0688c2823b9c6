using System.Text;
using OssLogSinks.Core.DiskBuffer.Files;

namespace OssLogSinks.Core.Tests.Support;

public class MemoryDiskTests
{
    private readonly MemoryDisk _disk = new();

    public MemoryDiskTests()
    {
        _disk.CreateFolder("/buffer/a");
        _disk.SyncFolder("/");
        _disk.SyncFolder("/buffer");
    }

    [Fact]
    public void UnsyncedBytes_AreGoneAfterAPowerCut()
    {
        using var file = _disk.Create("/buffer/a/f");
        Write(file, 0, "kept");
        file.Sync();
        Write(file, 4, " lost");
        _disk.SyncFolder("/buffer/a");

        _disk.PowerCut();

        Assert.Equal("kept", Text("/buffer/a/f"));
        Assert.Throws<IOException>(() => file.Length);
    }

    [Fact]
    public void UnsyncedNames_AreAsBeforeAfterAPowerCut()
    {
        _disk.Create("/buffer/a/old").Dispose();
        _disk.Create("/buffer/a/moved").Dispose();
        _disk.SyncFolder("/buffer/a");
        using (var file = _disk.Create("/buffer/a/new"))
            file.Sync();
        _disk.Delete("/buffer/a/old");
        _disk.Move("/buffer/a/moved", "/buffer/a/renamed");
        _disk.CreateFolder("/buffer/b");

        _disk.PowerCut();

        Assert.Equal(["moved", "old"], _disk.FilesIn("/buffer/a"));
        Assert.Equal(["a"], _disk.FoldersIn("/buffer"));
    }

    [Fact]
    public void CutThatWasNotSynced_IsUndoneByAPowerCut()
    {
        using var file = _disk.Create("/buffer/a/f");
        Write(file, 0, "0123456789");
        file.Sync();
        _disk.SyncFolder("/buffer/a");
        file.SetLength(4);

        _disk.PowerCut();

        Assert.Equal("0123456789", Text("/buffer/a/f"));
    }

    [Fact]
    public void PagesOfAFailedSync_AreNotOnTheMediumAfterTheNext()
    {
        using var file = _disk.Create("/buffer/a/f");
        Write(file, 0, "lost");
        _disk.FailOnce(DiskAct.Sync);
        Assert.Throws<IOException>(file.Sync);
        Write(file, 1000, "kept");

        file.Sync();

        Assert.Equal("lost", Text("/buffer/a/f")[..4]);
        Assert.Equal(new byte[4], _disk.Bytes("/buffer/a/f", onMedium: true)[..4]);
        Assert.Equal("kept"u8.ToArray(), _disk.Bytes("/buffer/a/f", onMedium: true)[1000..]);
    }

    [Fact]
    public void SomeUnsyncedPages_MaySurviveAPowerCut()
    {
        var outcomes = new HashSet<string>();
        for (var seed = 0; seed < 50; seed++)
        {
            var disk = new MemoryDisk();
            disk.CreateFolder("/d");
            disk.SyncFolder("/");
            using var file = disk.Create("/d/f");
            disk.SyncFolder("/d");
            Write(file, 0, new string('x', 1024));
            disk.PowerCut(new Random(seed).NextDouble);
            outcomes.Add(Encoding.ASCII.GetString(disk.Bytes("/d/f")));
        }

        Assert.Contains("", outcomes);
        Assert.Contains(new string('x', 1024), outcomes);
        Assert.Contains(new string('\0', 512) + new string('x', 512), outcomes);
        Assert.Contains(outcomes, o => o.Length % 512 != 0);
    }

    [Fact]
    public void FullDisk_TakesWhatFitsAndRefusesTheRest()
    {
        _disk.Capacity = 6;
        using var file = _disk.Create("/buffer/a/f");
        Write(file, 0, "1234");

        Assert.Throws<IOException>(() => Write(file, 4, "5678"));

        Assert.Equal("123456", Text("/buffer/a/f"));
        Assert.Equal(6, _disk.UsedBytes);
    }

    [Fact]
    public void ReadOnlyDisk_IsReadButNotChanged()
    {
        _disk.Put("/buffer/a/f", "text"u8.ToArray());
        _disk.IsReadOnly = true;

        Assert.Equal("text", Text("/buffer/a/f"));
        Assert.Throws<IOException>(() => _disk.Create("/buffer/a/g"));
        Assert.Throws<IOException>(() => _disk.Delete("/buffer/a/f"));
        Assert.Throws<IOException>(() => _disk.CreateFolder("/buffer/b"));
    }

    [Fact]
    public void Lock_IsHeldUntilItsHolderDies()
    {
        using var held = _disk.OpenExclusively("/buffer/a/lock", create: true);
        Assert.Throws<IOException>(() => _disk.OpenExclusively("/buffer/a/lock", create: true));
        Assert.Throws<IOException>(() => _disk.OpenToRead("/buffer/a/lock"));

        _disk.KillHolders();

        _disk.OpenExclusively("/buffer/a/lock", create: false).Dispose();
        Assert.Throws<IOException>(() => held.Length);
    }

    [Fact]
    public void PowerCutAtAnAct_StopsEverythingUntilTheRestart()
    {
        using var file = _disk.Create("/buffer/a/f");
        _disk.SyncFolder("/buffer/a");
        _disk.CutPowerAt(_disk.Acts + 2);
        Write(file, 0, "lost");

        Assert.Throws<IOException>(file.Sync);
        Assert.Throws<IOException>(() => _disk.FilesIn("/buffer/a"));

        _disk.Restart();
        Assert.Equal("", Text("/buffer/a/f"));
    }

    private static void Write(IBufferFile file, long offset, string text) => file.Write(offset, Encoding.ASCII.GetBytes(text), 0, text.Length);

    private string Text(string path) => Encoding.ASCII.GetString(_disk.Bytes(path));
}
