using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;

namespace OssLogSinks.Core.Tests.DiskBuffer.Folders;

public class QuarantineTests
{
    private const string Source = "/buffer/a/1.seg";

    private readonly MemoryDisk _disk = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 23, 10, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };

    public QuarantineTests()
    {
        _disk.CreateFolder("/buffer/a");
        _disk.Put(Source, "0123456789"u8.ToArray());
    }

    [Fact]
    public void DamagedStretch_IsCopiedUnderANameThatTellsWhereItWas()
    {
        var quarantine = NewQuarantine(100);

        Assert.Null(quarantine.Keep("a", "1.seg", Source, new Damage(3, 4, 1, 2)));

        Assert.Equal("20260923T100000.0000000Z-000-a-1.seg-at3", Assert.Single(Kept()));
        Assert.Equal("3456", Text(Kept()[0]));
    }

    [Fact]
    public void ForeignFile_IsMoved()
    {
        var quarantine = NewQuarantine(100);

        Assert.Null(quarantine.KeepFile("a", "1.seg", Source));

        Assert.Empty(_disk.FilesIn("/buffer/a"));
        Assert.Equal("0123456789", Text(Assert.Single(Kept())));
    }

    [Fact]
    public void OldestFiles_GiveWayToTheNewest()
    {
        var quarantine = NewQuarantine(10);
        quarantine.Keep("a", "1.seg", Source, new Damage(0, 4, 1, 1));
        quarantine.Keep("a", "1.seg", Source, new Damage(4, 4, 1, 1));
        _disk.Put("/buffer/quarantine/notes.txt", new byte[50]);

        quarantine.Keep("a", "1.seg", Source, new Damage(5, 5, 1, 1));

        Assert.Equal(["4567", "56789"], Kept().Where(name => name != "notes.txt").Select(Text));
        Assert.Contains("notes.txt", Kept());
    }

    [Fact]
    public void StretchThatNeverFits_IsNotKeptAndNothingGivesWayToIt()
    {
        var quarantine = NewQuarantine(5);
        quarantine.Keep("a", "1.seg", Source, new Damage(0, 4, 1, 1));

        Assert.NotNull(quarantine.Keep("a", "1.seg", Source, new Damage(0, 10, 1, 0)));

        Assert.Single(Kept());
    }

    [Fact]
    public void FileOverTheLimit_IsMovedAndDeletedForTheNext()
    {
        var quarantine = NewQuarantine(5);
        quarantine.Keep("a", "1.seg", Source, new Damage(0, 4, 1, 1));

        Assert.Null(quarantine.KeepFile("a", "1.seg", Source));
        Assert.Equal("0123456789", Text(Assert.Single(Kept())));
        Assert.Empty(_disk.FilesIn("/buffer/a"));

        _disk.Put("/buffer/a/2.seg", "xyz"u8.ToArray());
        quarantine.KeepFile("a", "2.seg", "/buffer/a/2.seg");
        Assert.Equal("xyz", Text(Assert.Single(Kept())));
    }

    [Theory]
    [InlineData(DiskAct.Create)]
    [InlineData(DiskAct.Open)]
    [InlineData(DiskAct.Read)]
    [InlineData(DiskAct.Write)]
    [InlineData(DiskAct.List)]
    [InlineData(DiskAct.CreateFolder)]
    public void DiskThatRefuses_IsNoReasonToThrow(DiskAct failing)
    {
        var quarantine = NewQuarantine(100);
        _disk.Fails = (act, _) => act == failing;

        Assert.NotNull(quarantine.Keep("a", "1.seg", Source, new Damage(3, 4, 1, 2)));
    }

    [Fact]
    public void FileInItsPlace_IsTheReason()
    {
        var quarantine = NewQuarantine(100);
        _disk.Put("/buffer/quarantine", [1]);

        Assert.NotNull(quarantine.Keep("a", "1.seg", Source, new Damage(3, 4, 1, 2)));
        Assert.NotNull(quarantine.KeepFile("a", "1.seg", Source));
        Assert.NotEmpty(_disk.FilesIn("/buffer/a"));
    }

    [Fact]
    public void SameStretchAtTheSameTime_GetsANumber()
    {
        _time.AutoAdvanceAmount = TimeSpan.Zero;
        var quarantine = NewQuarantine(100);
        quarantine.Keep("a", "1.seg", Source, new Damage(3, 4, 1, 2));
        quarantine.Keep("a", "1.seg", Source, new Damage(3, 4, 1, 2));

        Assert.Equal(["20260923T100000.0000000Z-000-a-1.seg-at3", "20260923T100000.0000000Z-001-a-1.seg-at3"], Kept());
    }

    private Quarantine NewQuarantine(long sizeLimit) => new(_disk, "/buffer", sizeLimit, _time);

    private IReadOnlyList<string> Kept() => _disk.FilesIn("/buffer/quarantine");

    private string Text(string name) => Encoding.ASCII.GetString(_disk.Bytes("/buffer/quarantine/" + name));
}
