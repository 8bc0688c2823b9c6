using System.Diagnostics.Metrics;
using System.Net;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>What code may say of itself that delivery waits for without calling it.</summary>
public class DeliveryScopeTests
{
    public static MatrixTheoryData<string, bool> Callers => new(["client", "diagnostics", "listener", "meter"], [false, true]);

    [Fact]
    public void ScopeThatWasNeverEntered_EndsNone()
    {
        using var entered = DeliveryScope.Enter();
        default(DeliveryScope).Dispose();

        Assert.True(DeliveryScope.IsActive);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RecordFromAScopeOfNoAppender_MakesNoAppendDue_UnlessItTellsOfALoss(bool isForLosses)
    {
        var oss = new MemoryOss();
        await using var appender = new OssAppender(Options(oss));

        using (isForLosses ? DeliveryScope.EnterForLosses() : DeliveryScope.Enter())
        {
            Assert.False(DeliveryScope.MayWait());
            Assert.Equal(!isForLosses, appender.IsCalledByDelivery);
            Assert.True(appender.TryAppend(Record("a\n")));
        }

        Assert.False(appender.IsCalledByDelivery);
        Assert.True(DeliveryScope.MayWait());
        await appender.FlushOrFailAsync();
        Assert.Equal("a\n", oss.Text("app.log"));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task RecordsThatDeliveryAppends_WithoutRoom_AreRefusedAtOnce(string caller, bool isAsync)
    {
        var oss = new MemoryOss();
        OssAppender? appender = null;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = Options(oss);
        options.AppendSizeLimit = options.RecordSizeLimit = 4096;
        options.MemoryLimit = 2 * 4096;
        // The meter's listener tells by it which appender's numbers these are.
        options.Bucket = "delivery-scope-" + Guid.NewGuid().ToString("N");
        switch (caller)
        {
            case "client":
                oss.Always = request =>
                {
                    Fill();
                    return Task.FromResult(oss.Apply(request));
                };
                break;
            case "diagnostics":
                oss.NextFails(MemoryOss.Refusal(HttpStatusCode.Forbidden, "AccessDenied"));
                options.Diagnostics = new CallingDiagnostics(Fill);
                break;
            case "listener":
                options.Listener = new CallingListener(Fill);
                break;
        }

        using var meter = caller == "meter" ? ListenToDelivered(Fill) : null;
        await using (appender = new OssAppender(options))
        {
            Assert.True(appender.TryAppend(Record("outer\n", state: "outer")));
            await appender.FlushOrFailAsync();
            await refused.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }

        Assert.StartsWith("outer\n", oss.Text("app.log"), StringComparison.Ordinal);

        MeterListener ListenToDelivered(Action call)
        {
            var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "osslogsinks.records.delivered" && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, options.Bucket)))
                    self.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<long>((_, _, _, _) => call());
            listener.Start();
            return listener;
        }

        void Fill()
        {
            // Only once: what is appended here is delivered too.
            if (refused.Task.IsCompleted || appender is null)
                return;

            bool isTaken;
            do
            {
                var record = Record(new string('-', 100) + "\n");
                if (isAsync)
                {
                    var appending = appender.AppendAsync(record, TestContext.Current.CancellationToken);
                    Assert.True(appending.IsCompletedSuccessfully);
                    isTaken = appending.Result;
                }
                else
                {
                    isTaken = appender.Append(record, Timeout.InfiniteTimeSpan);
                }
            }
            while (isTaken);
            refused.TrySetResult();
        }
    }
}

internal sealed class CallingDiagnostics(Action call) : IOssDiagnostics
{
    public void Report(OssDiagnosticEvent diagnosticEvent) => call();
}

internal sealed class CallingListener(Action call) : IDeliveryListener
{
    public void OnStored(IReadOnlyList<object> states) => call();

    public void OnLost(IReadOnlyList<object> states, OssDeliveryException failure)
    {
    }
}
