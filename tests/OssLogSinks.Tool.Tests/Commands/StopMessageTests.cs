using System.Globalization;
using System.Text;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

/// <summary>What a command says when it is stopped: each sentence must be true at that moment.</summary>
public sealed class StopMessageTests : ToolTest
{
    private const string Reported = "The Parquet files that were reported are whole";

    private static readonly string[] Compact = ["compact", "s/", "--to", "p/", "--older-than", "0s", "--delete-source", "--part-size", "65536"];

    [Fact]
    public async Task CompactBeforeItsFirstFile_SaysThatNothingWasChanged()
    {
        Append("s/a.log", Clef(1, "a"));

        var outcome = await StopAsync(Emulator.Faults.Hold(on: OssOperation.ListObjectsV2), Compact);

        Assert.Contains("Nothing was written or deleted.", outcome.Error);
        Assert.Equal("s/a.log", Emulator.ListObjects(Bucket).Single().Key);
    }

    [Theory]
    [InlineData(FaultMoment.BeforeCommit, 1)]
    [InlineData(FaultMoment.AfterCommit, 2)]
    public async Task CompactWhileItSends_SaysThatTheFileIsWholeOrNotThere(FaultMoment moment, int objects)
    {
        Append("s/a.log", Clef(1, "a"));

        var outcome = await StopAsync(Emulator.Faults.Hold(moment, FaultFilter.Appends), Compact);

        Assert.Equal("", outcome.Output);
        Assert.Contains("The Parquet file that was being sent is whole, or it is not there.", outcome.Error);
        Assert.Equal(objects, Emulator.ListObjects(Bucket).Count);
    }

    [Theory]
    [InlineData(FaultMoment.BeforeCommit, 3)]
    [InlineData(FaultMoment.AfterCommit, 2)]
    public async Task CompactWhileItDeletes_NamesTheObject(FaultMoment moment, int objects)
    {
        Append("s/a.log", Clef(1, "a"));
        Append("s/b.log", Clef(2, "b"));

        var outcome = await StopAsync(Emulator.Faults.Hold(moment, OssOperation.DeleteObject), Compact);

        Assert.Contains("written and checked", outcome.Output);
        Assert.Contains(Reported, outcome.Error);
        Assert.Contains("The object 's/a.log' may be deleted or not", outcome.Error);
        Assert.Equal(objects, Emulator.ListObjects(Bucket).Count);
    }

    [Fact]
    public async Task CompactBetweenTwoFiles_SaysThatThereIsNoOther()
    {
        Append("s/a.log", Clef(1, new string('a', 70_000)));
        Append("s/b.log", Clef(2, "b"));

        var outcome = await StopAsync(Emulator.Faults.Hold(on: FaultFilter.Gets with { Key = "s/b.log" }), Compact);

        Assert.Contains($"{Reported}, and there are no others.", outcome.Error);
        Assert.Equal(2, outcome.Lines.Length);
        Assert.Equal(2, Emulator.ListObjects(Bucket).Count);
    }

    [Fact]
    public async Task AppendBeforeItsFirstPart_SaysThatNothingWasSent()
    {
        var file = Path.GetTempFileName();

        var outcome = await StopAsync(Emulator.Faults.Hold(on: FaultFilter.Heads), "append", file, "a");

        Assert.Contains("Nothing was sent yet.", outcome.Error);
        File.Delete(file);
    }

    [Theory]
    [InlineData(FaultMoment.BeforeCommit, false)]
    [InlineData(FaultMoment.AfterCommit, true)]
    public async Task SealWithoutItsAnswer_SaysThatItMayBeSealed(FaultMoment moment, bool isSealed)
    {
        Append("a.log", "line\n");

        var outcome = await StopAsync(Emulator.Faults.Hold(moment, OssOperation.SealAppendObject), "seal", "a.log");

        Assert.Contains("'a.log' may be sealed or not", outcome.Error);
        Assert.Equal(isSealed, Emulator.FindObject(Bucket, "a.log")!.IsSealed);
    }

    [Fact]
    public async Task DoctorWithItsProbeInTheBucket_NamesTheProbe()
    {
        var outcome = await StopAsync(Emulator.Faults.Hold(on: FaultFilter.Gets), "doctor", "--prefix", "s/");

        Assert.Contains($"The probe object {Emulator.ListObjects(Bucket).Single().Key} may be left in the bucket.", outcome.Error);
    }

    private async Task<ToolOutcome> StopAsync(HeldRequest held, params string[] arguments)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var running = ToolApplication.RunAsync(arguments, HostWith(output, error), stop.Token);
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var code = await running;

        Assert.Equal(ExitCodes.Cancelled, code);
        return new ToolOutcome(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
