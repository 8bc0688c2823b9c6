using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using NLog;
using NLog.Config;
using NLog.Targets;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.EndToEnd.Tests.Support;
using Serilog;
using Serilog.Sinks.OssAppend;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Plug-ins are loaded into contexts of their own, which end only when the process holds nothing of them.</summary>
public class UnloadTests
{
    public static TheoryData<string> FrontDoors => [nameof(PlugIn.LogThroughCore), nameof(PlugIn.LogThroughSerilog), nameof(PlugIn.AuditThroughSerilog), nameof(PlugIn.LogThroughNLog)];

    [Theory]
    [MemberData(nameof(FrontDoors))]
    public async Task AfterTheLastSink_TheContextIsUnloaded(string frontDoor)
    {
        await using var emulator = await OssLogSinks.Emulator.OssEmulator.StartAsync(new OssLogSinks.Emulator.OssEmulatorOptions(), TestContext.Current.CancellationToken);

        var context = RunIn(frontDoor, emulator.Endpoint.ToString(), emulator.Region, emulator.AccessKeyId, emulator.AccessKeySecret);

        Assert.Equal(["one", "two"], emulator.Lines());
        for (var begun = TimeProvider.System.GetTimestamp(); context.IsAlive && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30);)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();

            // Nothing tells that the last thread has left the context: it is looked for again and again.
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.False(context.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunIn(string frontDoor, params string[] settings)
    {
        var context = new PlugInContext();
        var plugIn = context.LoadFromAssemblyPath(typeof(PlugIn).Assembly.Location).GetType(typeof(PlugIn).FullName!)!;
        plugIn.GetMethod(frontDoor, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [.. settings]);
        context.Unload();
        return new WeakReference(context);
    }

    private sealed class PlugInContext() : AssemblyLoadContext("plug-in", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
            var isOwn = assemblyName.Name!.StartsWith("OssLogSinks.", StringComparison.Ordinal) || assemblyName.Name.StartsWith("Serilog", StringComparison.Ordinal) || assemblyName.Name.StartsWith("NLog", StringComparison.Ordinal);
            return isOwn && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}

/// <summary>What a plug-in does; called by name, in a context of its own.</summary>
public static class PlugIn
{
    public static void LogThroughCore(string endpoint, string region, string id, string secret)
    {
        using var appender = new OssAppender(new OssAppenderOptions
        {
            Endpoint = endpoint,
            Region = region,
            Bucket = Emulated.Bucket,
            ObjectKey = "app.log",
            Credentials = new StaticCredentialsProvider(id, secret),
        });
        using var drain = ProcessExitDrain.Register(new Pipeline(appender));
        foreach (var line in new[] { "one\n", "two\n" })
            appender.TryAppend(new LogRecord(DateTimeOffset.UnixEpoch, System.Text.Encoding.UTF8.GetBytes(line)));
    }

    public static void LogThroughSerilog(string endpoint, string region, string id, string secret)
    {
        using var logger = new LoggerConfiguration().WriteTo.OssAppend(SerilogOptions(endpoint, region, id, secret)).CreateLogger();
        logger.Information("one");
        logger.Information("two");
    }

    public static void AuditThroughSerilog(string endpoint, string region, string id, string secret)
    {
        using var logger = new LoggerConfiguration().AuditTo.OssAppend(SerilogOptions(endpoint, region, id, secret)).CreateLogger();
        logger.Information("one");
        logger.Information("two");
    }

    public static void LogThroughNLog(string endpoint, string region, string id, string secret)
    {
        using var factory = new LogFactory { ThrowConfigExceptions = true };
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRuleForAllLevels(new OssAppendTarget
        {
            Name = "oss",
            Endpoint = endpoint,
            Region = region,
            Bucket = Emulated.Bucket,
            ObjectKey = "app.log",
            Layout = "${message}",
            AccessKeyId = id,
            AccessKeySecret = secret,
        });
        factory.Configuration = configuration;
        var logger = factory.GetLogger("plug-in");
        logger.Info("one");
        logger.Info("two");
        factory.Shutdown();

        // NLog itself holds on to the process until its own factory is disposed.
        LogManager.LogFactory.Dispose();
    }

    private static OssAppendSinkOptions SerilogOptions(string endpoint, string region, string id, string secret) => new()
    {
        Endpoint = endpoint,
        Region = region,
        Bucket = Emulated.Bucket,
        ObjectKey = "app.log",
        OutputTemplate = "{Message:lj}{NewLine}",
        AccessKeyId = id,
        AccessKeySecret = secret,
    };

    private sealed class Pipeline(OssAppender appender) : IDrainable
    {
        public TimeSpan CloseTimeout => TimeSpan.FromSeconds(10);

        public Task<bool> FlushAsync(CancellationToken cancellationToken) => appender.FlushAsync(cancellationToken);

        public Task CloseAsync(TimeSpan timeout) => appender.CloseAsync(timeout);
    }
}
