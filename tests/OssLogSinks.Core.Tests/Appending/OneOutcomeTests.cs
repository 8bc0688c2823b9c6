using System.Net;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>Whatever threads, faults and closes do to each other, every record has one outcome, and it is the true one.</summary>
public class OneOutcomeTests
{
    private const int Threads = 4;
    private const int RecordsPerThread = 120;

    [Fact]
    public void AnyTrafficAndAnyClose_GiveEveryRecordOneTrueOutcome() =>
        Gen.Select(Gen.Int[0, 7].Array[0, 200], Gen.Int[0, 6], Gen.Int[0, 400], Gen.Int[1, 3]).Sample(
            (faults, closeMilliseconds, closeAfter, openStreams) => RunAsync(faults, closeMilliseconds, closeAfter, openStreams).GetAwaiter().GetResult(),
            iter: 60);

    private static async Task RunAsync(int[] faults, int closeMilliseconds, int closeAfter, int openStreams)
    {
        var oss = new MemoryOss();
        var outcomes = new OutcomeRecorder();
        var script = new Queue<int>(faults);
        oss.Always = async request =>
        {
            await Task.Yield();
            int fault;
            lock (script)
                fault = script.TryDequeue(out var next) ? next : 0;
            return Play(oss, request, fault);
        };
        var options = Options(oss);
        options.ObjectKey = "{Tenant}/{Sequence:0000}";
        options.ObjectSizeLimitBytes = 300;
        options.AppendSizeLimitBytes = options.EventSizeLimitBytes = 4096;
        options.MemoryLimitBytes = 16 << 10;
        options.OpenStreamLimit = openStreams;
        options.AppendInterval = TimeSpan.FromMilliseconds(1);
        options.Listener = outcomes;
        var appender = new OssAppender(options);
        var begun = 0;
        var brought = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (closeAfter == 0)
            brought.SetResult();

        var writers = Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < RecordsPerThread; i++)
            {
                var record = Record($"{thread}:{i}\n", state: $"{thread}:{i}", values: $"t{(thread + i) % 5}");
                if (i % 3 == 0)
                    appender.TryAppend(record);
                else
                    await appender.AppendAsync(record);
                if (Interlocked.Increment(ref begun) == closeAfter)
                    brought.TrySetResult();
                if (i % 40 == 39)
                    await appender.FlushAsync();
            }
        })).ToArray();
        await brought.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var closed = await appender.CloseAsync(TimeSpan.FromMilliseconds(closeMilliseconds)).WaitAsync(TimeSpan.FromSeconds(30));
        await Task.WhenAll(writers).WaitAsync(TimeSpan.FromSeconds(30));

        Check(oss, outcomes, appender, closed);
    }

    private static void Check(MemoryOss oss, OutcomeRecorder outcomes, OssAppender appender, bool closed)
    {
        var lines = oss.Keys.SelectMany(key => oss.Text(key).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(l => l != "s").GroupBy(l => l).ToDictionary(g => g.Key, g => g.Count());
        var stored = outcomes.Delivered.Cast<string>().ToArray();
        var lost = outcomes.Dropped;

        Assert.Equal(Threads * RecordsPerThread, stored.Length + lost.Count);
        Assert.Equal(Threads * RecordsPerThread, stored.Concat(lost.Select(l => (string)l.State)).Distinct().Count());
        Assert.All(stored, s => Assert.Equal(1, lines[s]));
        Assert.All(lost.Where(l => !l.Failure.MayBeDelivered), l => Assert.False(lines.ContainsKey((string)l.State)));
        Assert.All(lines, l => Assert.Equal(1, l.Value));
        var done = appender.GetSnapshot();
        Assert.Equal(0, done.MemoryBytes);
        Assert.Equal(stored.Length, done.Delivered);
        Assert.Equal(lost.Count, done.DroppedTotal);
        Assert.Equal(closed, !lost.Any(l => l.Failure.Reason is DropReason.CloseTimeOver));
    }

    private static AppendObjectResult Play(MemoryOss oss, AppendObjectRequest request, int fault)
    {
        switch (fault)
        {
            case 1:
                throw new OssException("lost", null);
            case 2:
                oss.Apply(request);
                throw new OssException("lost", null);
            case 3:
                oss.AppendAsForeignWriter(request.Key, "s\n");
                return oss.Apply(request);
            case 4:
                oss.Apply(request);
                oss.Seal(request.Key);
                throw new OssException("lost", null);
            case 5:
                oss.Apply(request);
                oss.AppendAsForeignWriter(request.Key, "s\n");
                oss.NextHeadFails(new OssException("no answer", null));
                throw new OssException("lost", null);
            case 6:
                throw MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");
            default:
                return oss.Apply(request);
        }
    }
}
