using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Testing.FrontDoors;

/// <summary>Code of the user's that the delivery of an event calls. A front door has some of them.</summary>
public enum InnerCaller
{
    Client,
    Handler,
    Credentials,
    Diagnostics,
    FailureListener,
    Continuation,
    Layout,
    LayoutAtCall,
    ObjectKey,
    ToStringOfAValue,
    All,
}

/// <summary>A front door over HTTP to the emulator. Each of its callers may log to it.</summary>
internal abstract class InnerEventWorld(InnerCaller? caller, OssEmulator oss) : IAsyncDisposable
{
    /// <summary>The largest append, and the largest event, where there is little space.</summary>
    protected const int AppendSize = 4096;

    private const int InnerHeadLength = 15;
    private int _inner;

    public OssEmulator Oss => oss;

    /// <summary>How many events each call logs.</summary>
    public int BurstOf { get; set; } = 1;

    /// <summary>Where this world logs what it says of its own delivery; null for itself.</summary>
    public InnerEventWorld? LogInnerTo { get; set; }

    /// <summary>How many events the application has logged.</summary>
    public int Outer { get; private set; }

    /// <summary>How many of them are larger than an event may be.</summary>
    public int TooLarge { get; private set; }

    /// <summary>How many events the delivery has logged.</summary>
    public int Inner => Volatile.Read(ref _inner);

    public int Appends => oss.Requests.Count(r => r is { Operation: OssOperation.AppendObject, Status: 200 });

    public string[] Lines =>
        [.. oss.ListObjects("logs").SelectMany(o => Encoding.UTF8.GetString(oss.ReadObject("logs", o.Key)).Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Where a buffer on disk may be; removed at the end.</summary>
    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public abstract DeliverySnapshot GetSnapshot();

    /// <summary>Sets the queue's limit, appends of 4 KiB, and memory for so many of them.</summary>
    public abstract void LeaveLittleSpace(int queueLimit, int appends);

    /// <summary>Lets the application wait for space, however long it takes.</summary>
    public abstract void WaitForSpace();

    /// <summary>Begins to log with the settings as they are then.</summary>
    public abstract void Open();

    public abstract Task FlushAsync();

    public abstract Task CloseAsync();

    public void LogOuter(int count)
    {
        for (var i = 0; i < count; i++)
        {
            LogOuterEvent(++Outer, new LoggingValue(() => LogInner(InnerCaller.ToStringOfAValue)));
            if (!HasTooLargeEvents || i % 10 != 0)
                continue;

            LogOuterEvent(++Outer, new string('x', AppendSize + 1000));
            TooLarge++;
        }
    }

    /// <summary>Logs on a thread of its own, which may wait.</summary>
    public Task LogOuterAsync(int count) =>
        Task.Factory.StartNew(() => LogOuter(count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Logs so many events, each when the one before is stored: it takes as many append intervals, by whatever clock they run.</summary>
    public async Task PassTimeAsync(int intervals)
    {
        for (var i = 0; i < intervals; i++)
        {
            LogOuter(1);
            await Wait.UntilAsync(() => Lines.Length == Outer);
        }
    }

    /// <summary>Logs what something that this world does not know of has to say.</summary>
    public void LogInner()
    {
        var world = LogInnerTo ?? this;
        for (var i = 0; i < BurstOf; i++)
            world.LogInnerEvent(Interlocked.Increment(ref world._inner), new string('-', 80));
    }

    public List<string> LinesOf(string kind) => [.. Lines.Where(line => line.StartsWith(kind, StringComparison.Ordinal))];

    public void AssertOuterIsStored() => Assert.Equal(Outer - TooLarge, LinesOf("outer").Count);

    public void AssertEachIsStoredOrCounted(bool mayLoseOuter = false)
    {
        var outer = LinesOf("outer").Select(line => int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture)).ToArray();
        var inner = LinesOf("inner").Select(line => line[..InnerHeadLength]).ToArray();

        Assert.Equal(outer.Distinct().Order(), outer);
        if (!mayLoseOuter)
            Assert.Equal(Outer - TooLarge, outer.Length);
        Assert.Equal(inner.Length, inner.Distinct().Count());
        Assert.NotEqual(0, Inner);
        Assert.Equal(Outer + Inner, Lines.Length + GetSnapshot().DroppedTotal);
        Assert.Equal(TooLarge, GetSnapshot().Dropped.GetValueOrDefault(DropReason.TooLarge));
    }

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await oss.DisposeAsync();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Whether the application logs events that are too large now and then, so that a failure listener is called.</summary>
    protected virtual bool HasTooLargeEvents => false;

    /// <summary>Logs "outer", the number, and the value directly behind it.</summary>
    protected abstract void LogOuterEvent(int number, object value);

    /// <summary>Logs "inner", the number with nine digits, and the text.</summary>
    protected abstract void LogInnerEvent(int number, string text);

    protected bool Logs(InnerCaller inner) => caller == inner || caller == InnerCaller.All;

    protected void LogInner(InnerCaller inner)
    {
        if (Logs(inner))
            LogInner();
    }

    /// <summary>A client that logs, to be plugged in.</summary>
    protected LoggingClient NewClient(IOssCredentialsProvider credentials, HttpMessageHandler handler)
    {
        var client = new OssClient(new OssClientOptions
        {
            Bucket = "logs",
            Region = oss.Region,
            Endpoint = oss.Endpoint.ToString(),
            Credentials = credentials,
            HttpMessageHandler = handler,
        });
        return new LoggingClient(client, () => LogInner(InnerCaller.Client));
    }
}
