using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Telemetry;

/// <summary>What code may say of itself that delivery waits for without calling it.</summary>
public class DeliveryScopeTests
{
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
    public async Task RecordFromAForeignScope_IsDueOnlyIfItTellsOfADrop(bool isForDrops)
    {
        var oss = new MemoryOss();
        await using var appender = new OssAppender(Options(oss));

        using (isForDrops ? DeliveryScope.EnterForDrops() : DeliveryScope.Enter())
        {
            Assert.False(DeliveryScope.MayWait());
            Assert.Equal(!isForDrops, appender.IsCalledByDelivery);
            Assert.True(appender.TryAppend(Record("a\n")));
        }

        Assert.False(appender.IsCalledByDelivery);
        Assert.True(DeliveryScope.MayWait());
        await appender.FlushOrFailAsync();
        Assert.Equal("a\n", oss.Text("app.log"));
    }
}
