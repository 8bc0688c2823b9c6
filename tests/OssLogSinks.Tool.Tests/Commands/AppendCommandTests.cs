using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OssLogSinks.Core.Client;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>append and seal.</summary>
public class AppendCommandTests : ToolTest, IDisposable
{
    private const string PartSize = "65536";

    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose()
    {
        File.Delete(_file);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task File_BecomesTheObject()
    {
        var bytes = Fill(300_000);

        var result = JsonDocument.Parse((await RunAsync("append", _file, "up/", "--part-size", PartSize, "--json")).Good()).RootElement;

        var key = "up/" + Path.GetFileName(_file);
        Assert.Equal(key, result.GetProperty("key").GetString());
        Assert.Equal(Crc64.Append(0, bytes).ToString(CultureInfo.InvariantCulture), result.GetProperty("crc64").GetString());
        Assert.Equal(bytes, Emulator.ReadObject(Bucket, key));
    }

    [Fact]
    public async Task EmptyFile_BecomesAnEmptyObject()
    {
        Fill(0);

        (await RunAsync("append", _file, "empty")).Good();

        Assert.Empty(Emulator.ReadObject(Bucket, "empty"));
    }

    [Fact]
    public async Task SecondRun_GoesOnAtTheObjectsEnd()
    {
        var bytes = Fill(300_000);
        Emulator.AppendAsForeignWriter(Bucket, "a", bytes.AsSpan(0, 100_000));

        var outcome = await RunAsync("append", _file, "a", "--part-size", PartSize);

        Assert.Contains("300000 bytes, 100000 of them there before", outcome.Good());
        Assert.Equal(bytes, Emulator.ReadObject(Bucket, "a"));
    }

    [Fact]
    public async Task OtherContent_IsRefusedAndNotTouched()
    {
        Fill(300_000);
        Append("a", "something else");

        var outcome = await RunAsync("append", _file, "a");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Contains("are not the first bytes of the file", outcome.Error);
        Assert.Equal(14, Emulator.FindObject(Bucket, "a")!.Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task LostAnswers_DoubleNothing(int seed)
    {
        var bytes = Fill(1_000_000);
        Emulator.Faults.Random(0.3, seed, FaultKinds.DropBefore | FaultKinds.DropAfter);

        (await RunAsync("append", _file, "a", "--part-size", PartSize)).Good();

        Emulator.Faults.Clear();
        Assert.Equal(bytes, Emulator.ReadObject(Bucket, "a"));
    }

    [Fact]
    public async Task AppendOfAnother_IsNoticed()
    {
        Fill(300_000);
        Emulator.Faults.InsertForeignAppendBefore("x"u8, on: FaultFilter.Appends);

        Assert.Equal(ExitCodes.Found, (await RunAsync("append", _file, "a", "--part-size", PartSize)).ExitCode);
    }

    // Each child is killed while a part is on its way: before it was written, or before the answer came.
    [Fact]
    public async Task ProcessKilledAgainAndAgain_YieldsTheSameObject()
    {
        var bytes = Fill(1_500_000);
        for (var i = 0; i < 10; i++)
        {
            var held = Emulator.Faults.Hold(i % 2 == 0 ? FaultMoment.BeforeCommit : FaultMoment.AfterCommit, FaultFilter.Appends);
            using var child = StartChild();
            await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);
            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            held.Release();
            Emulator.Faults.Clear();
        }

        using var last = StartChild();
        var output = await last.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, last.ExitCode);
        Assert.Contains("1500000 bytes", output);
        Assert.Equal(bytes, Emulator.ReadObject(Bucket, "a"));
        Assert.True(Emulator.Requests.Count(request => request.Operation == OssOperation.AppendObject) > 10);
    }

    [Fact]
    public async Task Seal_EndsTheObject()
    {
        Append("a.log", "1\n");

        (await RunAsync("seal", "a.log")).Good();

        Assert.True(Emulator.FindObject(Bucket, "a.log")!.IsSealed);
        Assert.Equal(ExitCodes.NotFound, (await RunAsync("seal", "b.log")).ExitCode);
    }

    [Fact]
    public async Task SealThatIsNotEnabled_IsExplained()
    {
        Options.SealEnabled = false;
        Append("a.log", "1\n");

        var outcome = await RunAsync("seal", "a.log");

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains("Ask Alibaba Cloud", outcome.Error);
    }

    private byte[] Fill(int length)
    {
        var bytes = new byte[length];
        new Random(17).NextBytes(bytes);
        File.WriteAllBytes(_file, bytes);
        return bytes;
    }

    private Process StartChild()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ToolApplication).Assembly.Location, "append", _file, "a", "--part-size", PartSize])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;

        return Process.Start(start)!;
    }
}
