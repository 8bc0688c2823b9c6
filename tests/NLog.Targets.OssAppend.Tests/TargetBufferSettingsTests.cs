using NLog.Config;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>The settings of the buffer on disk: from XML, from code, and their faults.</summary>
public sealed class TargetBufferSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-append-buffer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Xml_SetsEveryBufferSetting()
    {
        var (target, seen) = Load($$"""
            bufferPath="{{_folder}}/${var:app}" bufferSizeLimitBytes="20000000" bufferFullAction="DropOldest" bufferSync="Interval"
            bufferSyncIntervalMilliseconds="250" flushTarget="Disk"
            """);

        Assert.Equal((_folder + "/shop", 20_000_000L, OssBufferFullAction.DropOldest), (seen.BufferPath, seen.BufferSizeLimitBytes, seen.BufferFullAction));
        Assert.Equal((OssBufferSync.Interval, TimeSpan.FromMilliseconds(250), OssFlushTarget.Disk), (seen.BufferSync, seen.BufferSyncInterval, target.FlushTarget));
    }

    [Fact]
    public void XmlWithoutThem_LeavesTheCoresDefaults()
    {
        var (target, seen) = Load("");
        var core = new OssAppenderOptions();

        Assert.Equal((null, core.BufferSizeLimitBytes, core.BufferFullAction), (seen.BufferPath, seen.BufferSizeLimitBytes, seen.BufferFullAction));
        Assert.Equal((core.BufferSync, core.BufferSyncInterval, OssFlushTarget.Oss), (seen.BufferSync, seen.BufferSyncInterval, target.FlushTarget));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("retryTimeLimitSeconds=\"-1\"", -1)]
    [InlineData("retryTimeLimitSeconds=\"60\"", 60_000)]
    public void RetryTimeLimit_IsLeftToTheCoreUnlessItIsSet(string attribute, int? milliseconds)
    {
        var (_, seen) = Load(attribute);

        Assert.Equal(milliseconds, (int?)seen.RetryTimeLimit?.TotalMilliseconds);
    }

    [Theory]
    [InlineData("bufferFullAction=\"DropAll\"")]
    [InlineData("bufferSync=\"Sometimes\"")]
    [InlineData("flushTarget=\"Paper\"")]
    public void ChoiceThatThereIsNot_IsAFault(string attribute)
    {
        var exception = Assert.Throws<NLogConfigurationException>(() => Load(attribute));

        Assert.Contains(attribute.Split('"')[1], exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_AreNamedAsTheTargetsProperties()
    {
        var message = FaultsOf(target =>
        {
            target.BufferPath = _folder;
            target.MemoryLimitBytes = 8L << 20;
            target.BufferSizeLimitBytes = 8L << 20;
            target.BufferFullAction = (OssBufferFullAction)9;
            target.BufferSync = (OssBufferSync)9;
            target.BufferSyncIntervalMilliseconds = 0;
            target.FlushTarget = (OssFlushTarget)9;
            target.RetryTimeLimitSeconds = 0;
        });

        foreach (var name in new[]
        {
            "MemoryLimitBytes", "BufferSizeLimitBytes", "BufferFullAction", "BufferSync", "BufferSyncIntervalMilliseconds", "FlushTarget", "RetryTimeLimitSeconds",
        })
        {
            Assert.Contains($"\n  - {name}: ", message, StringComparison.Ordinal);
        }

        Assert.Contains("with BufferPath: eight times AppendSizeLimitBytes", message, StringComparison.Ordinal);
        Assert.DoesNotContain("BufferPath: must", message, StringComparison.Ordinal);
    }

    [Fact]
    public void PathThatComesOutEmpty_IsAFault_NotMemory()
    {
        var message = FaultsOf(target => target.BufferPath = "${environment:NO_SUCH_VARIABLE_HERE}");

        Assert.Contains("\n  - BufferPath: '' must not be empty", message, StringComparison.Ordinal);
    }

    [Fact]
    public void PathOfAFile_IsAFault()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Assert.Contains($"\n  - BufferPath: '{file}' is a file", FaultsOf(target => target.BufferPath = file), StringComparison.Ordinal);
    }

    [Fact]
    public void CloseThatWaitsForNothing_StillHandsTheQueueOver()
    {
        using var running = RunningTarget.Start(
            target =>
            {
                target.BufferPath = _folder;
                target.CloseTimeoutSeconds = 0;
            },
            new ObservedTime());

        for (var i = 0; i < 20_000; i++)
            running.Logger.Info("x");
        running.Close();

        Assert.Equal(20_000, running.Target.GetSnapshot().Accepted);
    }

    private static (OssAppendTarget Target, OssAppenderOptions Seen) Load(string attributes)
    {
        using var factory = new LogFactory { ThrowConfigExceptions = true };
        var xml = """
            <nlog throwConfigExceptions="true">
              <extensions><add assembly="NLog.Targets.OssAppend"/></extensions>
              <variable name="app" value="shop"/>
              <targets><target name="oss" type="OssAppend" objectKey="app.log" ATTRIBUTES /></targets>
              <rules><logger name="*" writeTo="oss"/></rules>
            </nlog>
            """.Replace("ATTRIBUTES", attributes, StringComparison.Ordinal);
        var configuration = XmlLoggingConfiguration.CreateFromXmlString(xml, factory);
        var target = configuration.FindTargetByName<OssAppendTarget>("oss")!;
        OssAppenderOptions? seen = null;
        target.Configure = options =>
        {
            options.Client = new MemoryOss();
            seen = options;
        };

        factory.Configuration = configuration;
        Assert.NotNull(seen);
        return (target, seen);
    }

    private static string FaultsOf(Action<OssAppendTarget> set)
    {
        Exception? exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(set));
        var text = "";
        for (; exception is not null; exception = exception.InnerException)
            text += exception.Message;

        return text;
    }
}
