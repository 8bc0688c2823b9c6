using NLog.Common;

namespace NLog.Targets.OssAppend.Tests;

public class ReloadBridgeTests
{
    [Fact]
    public void PipelineThatCannotBeMade_IsNoExceptionForWhoeverLogs()
    {
        var made = 0;
        var bridge = new ReloadBridge(
            () =>
            {
                made++;
                throw new InvalidOperationException("The credentials have gone.");
            },
            TimeProvider.System,
            factory: null);
        bridge.Begin();

        Assert.False(bridge.TryWrite(new AsyncLogEventInfo(LogEventInfo.CreateNullEvent(), _ => { })));
        Assert.Equal(1, made);
        bridge.EndThoseBefore(ReloadBridge.NextMoment());
    }
}
