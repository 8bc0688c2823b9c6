using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.DiskBuffer.Folders;

namespace OssLogSinks.Core.Tests.DiskBuffer.Folders;

public class FolderNameTests
{
    [Fact]
    public void NewName_HasTheTimeAndGivesItsFolderIdBack()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 22, 15, 30, TimeSpan.Zero));
        var name = FolderName.New(time);

        Assert.Matches("^20261122T221530-[0-9a-f]{16}$", name.Text);
        Assert.True(FolderName.TryParse(name.Text, out var read));
        Assert.Equal(name, read);
        Assert.NotEqual(name, FolderName.New(time));
    }

    [Fact]
    public void NameOfTheSameProcess_SaysSo_AndComesBehindTheOneBefore()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 22, 15, 30, TimeSpan.Zero));
        var first = FolderName.New(time);
        var second = FolderName.New(time, first);

        Assert.Equal(first.Process, second.Process);
        Assert.NotEqual(first.FolderId, second.FolderId);
        Assert.True(string.CompareOrdinal(first.Text, second.Text) < 0);
        Assert.NotEqual(first.Process, FolderName.New(time).Process);
    }

    [Fact]
    public void FolderIdThatBeginsWithZeros_IsRead()
    {
        Assert.True(FolderName.TryParse("20261122T221530-00000000000000ff", out var name));
        Assert.Equal(0xFFUL, name.FolderId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lost+found")]
    [InlineData("quarantine")]
    [InlineData("20261122T221530-9f3c5a0b77e1d20")]
    [InlineData("20261122T221530-9f3c5a0b77e1d2044")]
    [InlineData("20261122T221530-9F3C5A0B77E1D204")]
    [InlineData("20261122T221530-9f3c5a0b77e1d20g")]
    [InlineData("20261122T221530_9f3c5a0b77e1d204")]
    [InlineData("20261322T221530-9f3c5a0b77e1d204")]
    [InlineData("20261122 221530-9f3c5a0b77e1d204")]
    [InlineData("20261122T221530- f3c5a0b77e1d204")]
    public void OtherName_IsForeign(string name) => Assert.False(FolderName.TryParse(name, out _));
}
