using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Tests.Tool;

namespace OssLogSinks.Emulator.Tests.Storage;

/// <summary>What is in a data folder after the emulator has ended.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string File => Path.Combine(_folder.Path, DataFile.Name);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryKindOfChange_IsThereAgain()
    {
        await using (var emulator = await StartAsync())
        {
            emulator.CreateBucket("more");
            emulator.AppendAsForeignWriter("logs", "a", "one\n"u8);
            emulator.AppendAsForeignWriter("logs", "a", "two\n"u8);
            emulator.SealObject("logs", "a");
            emulator.PutObject("more", "b", "first"u8);
            emulator.PutObject("more", "b", "second"u8);
            emulator.AppendAsForeignWriter("logs", "gone", "x"u8);
            emulator.DeleteObject("logs", "gone");
            emulator.AppendAsForeignWriter("logs", "locked", "x"u8);
            emulator.LockObject("logs", "locked");
            emulator.AppendAsForeignWriter("logs", "converted", "x"u8);
            emulator.ConvertObject("logs", "converted");
        }

        await using var again = await StartAsync();
        Assert.Equal("one\ntwo\n"u8, again.ReadObject("logs", "a"));
        var a = again.FindObject("logs", "a")!;
        Assert.Equal((8L, 2, true, "Appendable"), (a.Length, a.NumberOfAppends, a.IsSealed, a.Type));
        Assert.Equal("second"u8, again.ReadObject("more", "b"));
        Assert.Null(again.FindObject("logs", "gone"));
        Assert.Throws<InvalidOperationException>(() => again.DeleteObject("logs", "locked"));
        Assert.Equal("Normal", again.FindObject("logs", "converted")!.Type);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(200)]
    public async Task EntryCutOff_IsRemovedAndTheRestIsThere(int cut)
    {
        await using (var emulator = await StartAsync())
        {
            emulator.AppendAsForeignWriter("logs", "a", "one\n"u8);
            emulator.AppendAsForeignWriter("logs", "a", new string('x', 500).Select(c => (byte)c).ToArray());
        }

        using (var file = System.IO.File.OpenWrite(File))
            file.SetLength(file.Length - cut);

        await using (var again = await StartAsync())
        {
            Assert.Equal("one\n"u8, again.ReadObject("logs", "a"));
            again.AppendAsForeignWriter("logs", "a", "two\n"u8);
        }

        await using var third = await StartAsync();
        Assert.Equal("one\ntwo\n"u8, third.ReadObject("logs", "a"));
    }

    [Theory]
    [InlineData("the mark", 0)]
    [InlineData("the length of the description", 4)]
    [InlineData("the highest byte of that length", 7)]
    [InlineData("the length of the body", 8)]
    [InlineData("the highest byte of that length", 15)]
    [InlineData("the checksum", 16)]
    [InlineData("the description", 30)]
    [InlineData("the body", -1)]
    public async Task DamageBeforeTheEnd_IsRefused(string place, int offset)
    {
        long begin;
        await using (var emulator = await StartAsync())
        {
            begin = new FileInfo(File).Length;
            emulator.AppendAsForeignWriter("logs", "a", "one\n"u8);
            emulator.AppendAsForeignWriter("logs", "a", "two\n"u8);
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        bytes[offset < 0 ? bytes.AsSpan().IndexOf("one\n"u8) : begin + offset] ^= 0x41;
        await System.IO.File.WriteAllBytesAsync(File, bytes, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<DataFileException>(StartAsync);
        Assert.True(refused.Message.Contains($"is damaged at byte {begin}.", StringComparison.Ordinal), place);
        Assert.Equal(bytes, await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken));
    }

    // The file is searched in pieces of 1 MiB. With these lengths, the next mark is in one of them, in another one, or lies across their border.
    [Fact]
    public void NextEntryAtAnyDistance_IsFound()
    {
        const int Piece = 1 << 20;
        var overhead = Write(Piece) - Piece;
        for (var length = Piece - 8; length <= Piece + 4; length++)
        {
            Assert.Equal(length + overhead + 1, Write(length - overhead, 1));
            var bytes = System.IO.File.ReadAllBytes(File);
            bytes[5] ^= 0x41;
            System.IO.File.WriteAllBytes(File, bytes);
            Assert.Throws<DataFileException>(() => DataFile.Open(_folder.Path, sync: false, _ => { }));
        }
    }

    [Fact]
    public async Task FileOfAnotherProgram_IsRefusedAndStays()
    {
        await System.IO.File.WriteAllTextAsync(File, "These are the notes of another program.\n", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<DataFileException>(StartAsync);
        Assert.StartsWith("These are", await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedHeadOfTheLastEntry_IsRemoved()
    {
        long begin;
        await using (var emulator = await StartAsync())
        {
            emulator.AppendAsForeignWriter("logs", "a", "one\n"u8);
            begin = new FileInfo(File).Length;
            emulator.AppendAsForeignWriter("logs", "a", "two\n"u8);
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        bytes[begin] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, bytes, TestContext.Current.CancellationToken);

        await using var again = await StartAsync();
        Assert.Equal("one\n"u8, again.ReadObject("logs", "a"));
    }

    [Fact]
    public async Task FileOfDeletedObjects_GetsSmallAtTheNextStart()
    {
        await using (var emulator = await StartAsync())
        {
            for (var i = 0; i < 40; i++)
                emulator.PutObject("logs", "a", new byte[100_000]);

            emulator.PutObject("logs", "a", "last"u8);
            emulator.AppendAsForeignWriter("logs", "b", "appended"u8);
        }

        Assert.InRange(new FileInfo(File).Length, 4_000_000, long.MaxValue);
        await using (var emulator = await StartAsync())
        {
            Assert.InRange(new FileInfo(File).Length, 1, 10_000);
            emulator.AppendAsForeignWriter("logs", "b", ", and more"u8);
        }

        await using var third = await StartAsync();
        Assert.Equal("last"u8, third.ReadObject("logs", "a"));
        Assert.Equal("appended, and more"u8, third.ReadObject("logs", "b"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NameOfTheFile_IsDurableBeforeTheFirstChange(bool sync)
    {
        var lengths = new List<long>();
        var change = new StoreChange(StoreChangeKind.Replaced, "logs") { Key = new string('k', 4_000_000) };

        using (var file = DataFile.Open(_folder.Path, sync, _ => { }, Note))
        {
            file.Append(change);
            file.CompactIfWasteful(() => []);
            file.Append(change with { Key = "a" });
        }

        // Once when the file was created, and once when another file got its name.
        Assert.Equal(sync ? [0L, 0L] : [], lengths);
        var restored = new List<string?>();
        using (DataFile.Open(_folder.Path, sync, kept => restored.Add(kept.Key)))
            Assert.Equal(["a"], restored);

        void Note(string folder)
        {
            Assert.Equal(_folder.Path, folder);
            lengths.Add(new FileInfo(File).Length);
        }
    }

    [Fact]
    public async Task RemovedBucket_StaysRemovedWithItsObjects()
    {
        await using (var emulator = await StartAsync())
        {
            emulator.CreateBucket("more");
            using var client = new Wire.TestClient(emulator);
            (await client.SendAsync(new Wire.TestRequest("DELETE", "more", ""))).Is(204);
        }

        await using var again = await StartAsync();
        Assert.Throws<KeyNotFoundException>(() => again.ListObjects("more"));
    }

    [Fact]
    public async Task DataFolderWithoutBodies_IsRefused()
    {
        var options = new OssEmulatorOptions { DataFolder = _folder.Path, KeepBodies = false };

        await Assert.ThrowsAsync<ArgumentException>(() => OssEmulator.StartAsync(options, TestContext.Current.CancellationToken));
    }

    // Writes a new file of one entry for each length of a body.
    private int Write(params int[] lengths)
    {
        System.IO.File.Delete(File);
        using (var file = DataFile.Open(_folder.Path, sync: false, _ => { }))
        {
            foreach (var length in lengths)
                file.Append(new StoreChange(StoreChangeKind.Replaced, "logs") { Key = "a", Body = RequestBody.Of(new byte[length]) });
        }

        return (int)new FileInfo(File).Length;
    }

    private Task<OssEmulator> StartAsync() =>
        OssEmulator.StartAsync(new OssEmulatorOptions { DataFolder = _folder.Path }, TestContext.Current.CancellationToken);
}
