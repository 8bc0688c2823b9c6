using NLog.Common;

namespace NLog.Targets.OssAppend.Tests;

public class UnderstudyTests
{
    [Fact]
    public void PipelineThatCannotBeMade_IsNoExceptionForWhoeverLogs()
    {
        var made = 0;
        var understudy = new Understudy(
            () =>
            {
                made++;
                throw new InvalidOperationException("The credentials have gone.");
            },
            TimeProvider.System,
            factory: null);
        understudy.Begin();

        Assert.False(understudy.TryWrite(new AsyncLogEventInfo(LogEventInfo.CreateNullEvent(), _ => { })));
        Assert.Equal(1, made);
        understudy.EndThoseBefore(Understudy.NextMoment());
    }
}
