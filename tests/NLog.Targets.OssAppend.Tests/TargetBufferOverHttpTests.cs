using NLog.Common;
using NLog.Config;
using NLog.Targets.OssAppend.Tests.Support;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Testing.FrontDoors;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>The buffer on disk of a target, over HTTP to the emulator.</summary>
[Collection(InternalLogCollection.Name)]
public sealed class TargetBufferOverHttpTests : BufferOverHttpTests
{
    private const string Xml = "xml";

    // Others write to the internal log too.
    private const string TargetName = "with-a-buffer";

    private readonly StringWriter _text = new();
    private readonly (TextWriter? Writer, LogLevel Level) _before = (InternalLogger.LogWriter, InternalLogger.LogLevel);

    public TargetBufferOverHttpTests() => (InternalLogger.LogWriter, InternalLogger.LogLevel) = (TextWriter.Synchronized(_text), LogLevel.Warn);

    private protected override IEnumerable<string> Reports => _text.ToString().Split('\n').Where(line => line.Contains(TargetName, StringComparison.Ordinal));

    public override void Dispose()
    {
        (InternalLogger.LogWriter, InternalLogger.LogLevel) = _before;
        base.Dispose();
    }

    [Theory]
    [InlineData("code")]
    [InlineData(Xml)]
    public Task EachWayToConfigure_EndsInABufferThatOutlivesItsTarget(string way) => AssertBufferOutlivesAsync(way);

    [Fact]
    public async Task FlushToOss_WaitsForOss_ThoughAllIsOnDisk()
    {
        await using var oss = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var held = oss.Faults.Hold();
        using var factory = Configured(oss, fromXml: false, out var target, t => t.FlushTarget = OssFlushTarget.Oss);
        var outcomes = new Outcomes();
        outcomes.Write(target, "one");

        var flushing = FlushAsync(factory);
        await held.Arrived.InTime();
        await Wait.UntilAsync(() => outcomes.Delivered.Length == 1);
        Assert.False(flushing.IsCompleted);
        held.Release();

        Assert.Null(await flushing);
        Assert.Equal(["one"], Lines(oss));
        Assert.Single(outcomes.Calls);
    }

    private protected override IBufferedLog Open(string way, OssEmulator oss, TimeSpan closeTimeout = default)
    {
        var factory = Configured(oss, way == Xml, out var target, t => t.CloseTimeoutSeconds = (int)closeTimeout.TotalSeconds);
        return new BufferedTarget(factory, target);
    }

    private LogFactory Configured(OssEmulator oss, bool fromXml, out OssAppendTarget target, Action<OssAppendTarget>? set = null)
    {
        var factory = new LogFactory { ThrowConfigExceptions = true };
        if (fromXml)
        {
            factory.Configuration = XmlLoggingConfiguration.CreateFromXmlString(XmlFor(oss), factory);
            target = factory.Configuration.FindTargetByName<OssAppendTarget>(TargetName)!;
            return factory;
        }

        target = new OssAppendTarget
        {
            Name = TargetName,
            Endpoint = oss.Endpoint.ToString(),
            Bucket = "logs",
            Region = oss.Region,
            AccessKeyId = oss.AccessKeyId,
            AccessKeySecret = oss.AccessKeySecret,
            ObjectKey = "app.log",
            Layout = "${message}",
            AppendIntervalMilliseconds = 10,
            CloseTimeoutSeconds = 0,
            BufferPath = BufferPath,
            FlushTarget = OssFlushTarget.Disk,
        };
        set?.Invoke(target);
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRuleForAllLevels(target);
        factory.Configuration = configuration;
        return factory;
    }

    private string XmlFor(OssEmulator oss) => $$"""
        <nlog throwConfigExceptions="true">
          <extensions><add assembly="NLog.Targets.OssAppend"/></extensions>
          <targets>
            <target type="OssAppend" name="{{TargetName}}" endpoint="{{oss.Endpoint}}" bucket="logs" region="{{oss.Region}}"
                    accessKeyId="{{oss.AccessKeyId}}" accessKeySecret="{{oss.AccessKeySecret}}" objectKey="app.log" layout="${message}"
                    appendIntervalMilliseconds="10" closeTimeoutSeconds="0" bufferPath="{{BufferPath}}" bufferSync="None" flushTarget="Disk"/>
          </targets>
          <rules><logger name="*" writeTo="{{TargetName}}"/></rules>
        </nlog>
        """;

    // As LogManager.Flush does it for the default factory. It holds up its caller, though it takes a continuation.
    private static Task<Exception?> FlushAsync(LogFactory factory)
    {
        var flushed = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => factory.Flush(flushed.SetResult, Wait.Longest), TestContext.Current.CancellationToken);
        return flushed.Task.InTime();
    }

    private sealed class BufferedTarget(LogFactory factory, OssAppendTarget target) : IBufferedLog
    {
        private readonly Outcomes _outcomes = new();

        public void Write(string message) => _outcomes.Write(target, message);

        public async Task FlushToDiskAsync() => Assert.Null(await FlushAsync(factory));

        public Task CloseAsync()
        {
            factory.Shutdown();
            return Task.CompletedTask;
        }

        public DeliverySnapshot GetSnapshot() => target.GetSnapshot();

        public void AssertAllAreSafe(int count)
        {
            Assert.Equal(Enumerable.Range(1, count), _outcomes.Delivered);
            Assert.Equal(count, _outcomes.Calls.Count);
        }

        public ValueTask DisposeAsync()
        {
            factory.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
