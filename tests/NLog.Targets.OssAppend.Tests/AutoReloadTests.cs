using System.Text;
using NLog.Config;
using OssLogSinks.Emulator;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>A configuration file that changes while the application logs costs no event.</summary>
public sealed class AutoReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-nlog-reload-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FileThatChanges_IsLoadedAgain_AndEveryEventIsStoredOnce()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var file = Path.Combine(_folder, "NLog.config");
        await File.WriteAllTextAsync(file, Configuration(oss, "before.log"), TestContext.Current.CancellationToken);
        using var factory = new LogFactory();
        var reloaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        factory.Configuration = new XmlLoggingConfiguration(file, factory);
        factory.ConfigurationChanged += (_, _) => reloaded.TrySetResult();

        var logger = factory.GetLogger("Test");
        var logged = 0;
        var logging = Task.Factory.StartNew(
            () =>
            {
                while (!reloaded.Task.IsCompleted && !TestContext.Current.CancellationToken.IsCancellationRequested)
                    logger.Info(logged++);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await File.WriteAllTextAsync(file, Configuration(oss, "after.log"), TestContext.Current.CancellationToken);
        await reloaded.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await logging;
        logger.Info(logged++);
        factory.Shutdown();

        var lines = new[] { "before.log", "after.log" }.SelectMany(key => Encoding.UTF8.GetString(oss.ReadObject("logs", key)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(Enumerable.Range(0, logged).Select(i => $"{i}"), lines);
    }

    private static string Configuration(OssEmulator oss, string objectKey) => $$$"""
        <nlog xmlns="http://www.nlog-project.org/schemas/NLog.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" autoReload="true" throwConfigExceptions="true">
          <extensions>
            <add assembly="NLog.Targets.OssAppend"/>
          </extensions>
          <targets>
            <target xsi:type="OssAppend" name="oss" endpoint="{{{oss.Endpoint}}}" bucket="logs" region="{{{oss.Region}}}"
                    accessKeyId="{{{oss.AccessKeyId}}}" accessKeySecret="{{{oss.AccessKeySecret}}}" closeTimeoutSeconds="60"
                    objectKey="{{{objectKey}}}" layout="${message}" overflowAction="Block"/>
          </targets>
          <rules>
            <logger name="*" writeTo="oss"/>
          </rules>
        </nlog>
        """;
}
