using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

public class ProviderReloadTests
{
    [Fact]
    public async Task ChangesUnderLoad_LoseAndDoubleNothing()
    {
        const int Threads = 4;
        const int Changes = 20;
        var bucket = new MemoryOss();
        var configuration = ProviderHost.Configuration(("ObjectKey", "0.log"));
        using var others = new KeptProvider();
        var logged = 0;
        await using (var host = ProviderHost.InMemory(bucket, options => options.DrainOnProcessExit = false, configuration, logging => logging.AddProvider(others).AddFilter<KeptProvider>("Shop", LogLevel.None)))
        {
            var isOver = false;
            host.Logger.LogInformation("{Number}", Interlocked.Increment(ref logged));
            var logging = Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    while (!Volatile.Read(ref isOver))
                        host.Logger.LogInformation("{Number}", Interlocked.Increment(ref logged));
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToArray();
            for (var i = 1; i <= Changes; i++)
            {
                configuration["Logging:OssAppend:ObjectKey"] = $"{i}.log";
                configuration.Reload();
                var before = Volatile.Read(ref logged);
                await Wait.UntilAsync(() => Volatile.Read(ref logged) > before + 500);
            }

            Volatile.Write(ref isOver, true);
            await Task.WhenAll(logging).InTime();
        }

        Assert.Equal(Enumerable.Range(1, logged), bucket.Lines.Select(int.Parse).Order());
        Assert.Equal(Changes + 1, bucket.Keys.Count);
        Assert.Empty(others.Events);
    }

    [Fact]
    public async Task ChangeDuringAnOutage_DropsNothing()
    {
        var bucket = new MemoryOss { Failure = new HttpRequestException("down") };
        var configuration = ProviderHost.Configuration(("ObjectKey", "former.log"));
        await using var host = ProviderHost.InMemory(bucket, options => options.CloseTimeout = TimeSpan.Zero, configuration);
        host.Logger.LogInformation("waits");
        configuration["Logging:OssAppend:ObjectKey"] = "later.log";
        configuration.Reload();
        host.Logger.LogInformation("too");

        bucket.Failure = null;
        await Wait.UntilAsync(() => bucket.Keys.Count == 2).InTime();

        Assert.Equal(("waits\n", "too\n"), (bucket.Text("former.log"), bucket.Text("later.log")));
    }

    [Fact]
    public async Task FlushAfterAChange_WaitsForTheFormerToo()
    {
        var bucket = new MemoryOss { Failure = new HttpRequestException("down") };
        var configuration = ProviderHost.Configuration(("ObjectKey", "former.log"));
        await using var host = ProviderHost.InMemory(bucket, configuration: configuration);
        host.Logger.LogInformation("waits");
        configuration["Logging:OssAppend:ObjectKey"] = "later.log";
        configuration.Reload();

        var flush = host.Provider.FlushAsync(cancellationToken: TestContext.Current.CancellationToken);
        var wasDone = flush.IsCompleted;
        bucket.Failure = null;

        Assert.True(await flush.InTime());
        Assert.Equal((false, "waits\n"), (wasDone, bucket.Text("former.log")));
    }

    [Fact]
    public async Task ManyChangesDuringAnOutage_KeepThreeFormers()
    {
        var bucket = new MemoryOss { Failure = new HttpRequestException("down") };
        var configuration = ProviderHost.Configuration(("ObjectKey", "0.log"));
        var losses = new KeptLosses();
        await using var host = ProviderHost.InMemory(
            bucket,
            options => options.CloseTimeout = TimeSpan.Zero,
            configuration,
            logging => logging.Services.AddSingleton<ILostEventListener>(losses));
        for (var i = 1; i <= 5; i++)
        {
            host.Logger.LogInformation("{Number}", i);
            configuration["Logging:OssAppend:ObjectKey"] = $"{i}.log";
            configuration.Reload();
        }

        await Wait.UntilAsync(() => losses.All.Count == 2).InTime();
        bucket.Failure = null;
        await Wait.UntilAsync(() => bucket.Keys.Count == 3).InTime();

        Assert.Equal(["1", "2"], losses.All.Select(lost => lost.Event.Text?.Trim()).Order());
        Assert.Equal(["3\n", "4\n", "5\n"], new[] { 2, 3, 4 }.Select(i => bucket.Text($"{i}.log")));
    }

    [Fact]
    public async Task CallThatIsWithin_IsDeliveredWithTheFormerSettings()
    {
        var bucket = new MemoryOss();
        var configuration = ProviderHost.Configuration(("ObjectKey", "former.log"));
        await using (var host = ProviderHost.InMemory(bucket, configuration: configuration))
        {
            host.Logger.Log(LogLevel.Information, 0, 0, null, (_, _) =>
            {
                configuration["Logging:OssAppend:ObjectKey"] = "later.log";
                configuration.Reload();
                host.Logger.LogInformation("inner");
                return "outer";
            });
        }

        Assert.Equal(("outer\n", "inner\n"), (bucket.Text("former.log"), bucket.Text("later.log")));
    }

    [Fact]
    public async Task ChangeThatCannotBeUsed_IsReported_AndTheFormerStays()
    {
        var bucket = new MemoryOss();
        var configuration = ProviderHost.Configuration(("ObjectKey", "app.log"));
        using var others = new KeptProvider();
        await using (var host = ProviderHost.InMemory(bucket, configuration: configuration, more: logging => logging.AddProvider(others)))
        {
            configuration["Logging:OssAppend:CloseTimeout"] = "soon";
            configuration["Logging:OssAppend:ObjektKey"] = "x.log";
            configuration.Reload();
            host.Logger.LogInformation("after");
            await Wait.UntilAsync(() => others.Events.Count >= 2).InTime();
        }

        var (category, level, message) = Assert.Single(others.Events, e => e.Category == "OssLogSinks.OssAppend");
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains("CloseTimeout: is 'soon', but must be a time as hh:mm:ss", message, StringComparison.Ordinal);
        Assert.Contains("ObjektKey: is not a setting of OssAppend; write 'ObjectKey'. (It is in Logging:OssAppend.)", message, StringComparison.Ordinal);
        Assert.Equal("after\n", bucket.Text("app.log"));
    }

    [Fact]
    public async Task ChangeOfOtherSettings_ChangesNothing()
    {
        var configuration = ProviderHost.Configuration(("ObjectKey", "app.log"), ("Metadata:team", "shop"), ("Tags:a", "b"));
        await using var host = ProviderHost.InMemory(new MemoryOss(), configuration: configuration);
        host.Logger.LogInformation("one");
        await host.Provider.FlushAsync(cancellationToken: TestContext.Current.CancellationToken).InTime();

        configuration["Logging:LogLevel:Default"] = "Debug";
        configuration.Reload();

        Assert.Equal(1, host.Provider.GetSnapshot().Delivered);
        configuration["Logging:OssAppend:Metadata:team"] = "stock";
        configuration.Reload();
        Assert.Equal(0, host.Provider.GetSnapshot().Delivered);
    }
}
