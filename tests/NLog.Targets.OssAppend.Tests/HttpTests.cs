using System.Globalization;
using System.Text;
using NLog.Config;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Emulator;

namespace NLog.Targets.OssAppend.Tests;

public class HttpTests
{
    [Fact]
    public async Task DocumentedConfiguration_DeliversOverHttp()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var factory = new LogFactory();
        factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(Configuration(oss), factory);

        factory.GetLogger("Shop.Orders").WithProperty("Tenant", "acme").Info("order {Order} 日志", 17);
        factory.Shutdown();

        var stored = oss.ListObjects("logs").Single();
        Assert.Equal("shop/acme.log", stored.Key);
        Assert.Equal("Info Shop.Orders order 17 日志\n", Encoding.UTF8.GetString(oss.ReadObject("logs", stored.Key)));
    }

    [Fact]
    public async Task AnswersThatGetLost_DoubleNothing()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var factory = new LogFactory();
        factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(Configuration(oss), factory);
        var target = factory.Configuration.FindTargetByName<OssAppendTarget>("oss")!;
        var outcomes = new Outcomes();
        oss.Faults.DropResponseAfterCommit(2).DropRequestBeforeCommit(1).RespondAfterCommit(500);

        for (var i = 0; i < 500; i++)
        {
            outcomes.Write(target, i.ToString(CultureInfo.InvariantCulture));
            if (i % 100 != 0)
                continue;

            var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
            target.Flush(flushed.SetResult);
            Assert.Null(await flushed.Task);
        }

        factory.Shutdown();

        var lines = Encoding.UTF8.GetString(oss.ReadObject("logs", "shop/_.log")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"Info Shop.Orders {i}"), lines);
        Assert.Equal(Enumerable.Range(1, 500), outcomes.Delivered);
        Assert.Equal(4, oss.Faults.Injected);
    }

    private static string Configuration(OssEmulator oss) => $$$"""
        <nlog xmlns="http://www.nlog-project.org/schemas/NLog.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" throwConfigExceptions="true">
          <extensions>
            <add assembly="NLog.Targets.OssAppend"/>
          </extensions>
          <targets>
            <target xsi:type="OssAppend" name="oss" endpoint="{{{oss.Endpoint}}}" bucket="logs" region="{{{oss.Region}}}"
                    accessKeyId="{{{oss.AccessKeyId}}}" accessKeySecret="{{{oss.AccessKeySecret}}}" retryDelayMilliseconds="1"
                    objectKey="shop/{Tenant}.log" layout="${level} ${logger} ${message}"/>
          </targets>
          <rules>
            <logger name="*" minlevel="Info" writeTo="oss"/>
          </rules>
        </nlog>
        """;
}
