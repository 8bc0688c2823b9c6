using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;
using OssLogSinks.Emulator;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>
/// Delivers events through a hostile server that turns honest: each answer ends in bounded time, bytes and requests, is reported for what it
/// is, and leads nowhere else; and each event is stored exactly once.
/// </summary>
internal sealed class HostileRun(HostileAnswer answer, bool isBuffered)
{
    /// <summary>The secret of the key, a piece of which no report may have.</summary>
    private const string Secret = "Hs9Q2vX7kLmP4rT8wZ1bN6cF3dG5jY";

    /// <summary>The text of each event, which no report may have.</summary>
    public const string EventText = "what the user wrote";

    private const string Bucket = "logs";
    private const int EventsBefore = 10;
    private const int Events = 15;

    // Of an endless answer: what the client reads, what it reads to use the connection again, and what the system buffers.
    private const long MostBytes = 16 << 20;

    // A failed append asks at most for the object, its neighbour and the bytes; each hostile answer fails one.
    private const int MostRequests = 8 * HostileServer.Answers;

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task DeliverAsync()
    {
        var settings = new OssEmulatorOptions { AccessKeySecret = Secret };
        await using var emulator = await OssEmulator.StartAsync(settings, Cancel);
        if (!isBuffered)
            emulator.AppendAsForeignWriter(Bucket, "app.log", "begun\n"u8);
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        await using var server = new HostileServer(answer, emulator.Endpoint, isBuffered && !answer.IsBelieved, $"http://{elsewhere.LocalEndpoint}");
        using var client = answer.IsTls ? new SwitchedClient(server, Built(emulator, $"https://localhost:{server.Port}"), Built(emulator, emulator.Endpoint.ToString())) : null;
        using var folder = isBuffered ? new TemporaryFolder() : null;
        var reports = new ReportRecorder();
        var options = Options(emulator, $"http://127.0.0.1:{server.Port}");
        (options.Client, options.BufferPath, options.Diagnostics) = (client, folder?.Path, reports);
        await using (var appender = new OssAppender(options))
        {
            Log(appender, 0, EventsBefore);

            // What is stored needs no second append, so a hostile answer may be the last.
            await Task.WhenAny(server.Honest, appender.FlushAsync(Cancel)).WaitAsync(Bound, Cancel);
            server.TurnHonest();
            Log(appender, EventsBefore, Events);
            Assert.True(await appender.FlushAsync(Cancel).WaitAsync(Bound, Cancel), "The flush gave events up.");
            AssertNamed(appender.GetSnapshot(), reports);
        }

        AssertStored(emulator);
        Assert.InRange(server.HostileRequests, 1, MostRequests);
        Assert.InRange(server.MostTaken, 0, MostBytes);
        Assert.False(elsewhere.Pending(), "A redirect was followed.");
    }

    private static void Log(OssAppender appender, int from, int to)
    {
        for (var i = from; i < to; i++)
            Assert.True(appender.TryAppend(AppenderTesting.Record(Line(i) + "\n")));
    }

    private static string Line(int i) => string.Create(CultureInfo.InvariantCulture, $"{i:0000} {EventText}");

    private void AssertNamed(DeliverySnapshot snapshot, ReportRecorder reports)
    {
        Assert.Equal((Events, 0), (snapshot.Delivered, snapshot.DroppedTotal));
        var last = snapshot.LastFailure;
        if (answer.Kinds.Length == 0 || (isBuffered && last is null))
            return;

        Assert.NotNull(last);
        Assert.Contains(last.Kind, answer.Kinds);
        if (answer.Says is { } words)
            Assert.Contains(words, last.Message, StringComparison.Ordinal);

        // A passing failure is not reported at once; one that lasts is.
        Assert.True(isBuffered || reports.Reports.Any(report => report.Message.Contains("does not work", StringComparison.Ordinal)), "Nothing was reported.");
        Assert.All(reports.Reports.Select(report => report.Message).Append(last.Message), text =>
        {
            Assert.DoesNotContain(Secret[..8], text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Signature=", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(EventText, text, StringComparison.Ordinal);
            Assert.InRange(text.Length, 1, 1000);
            Assert.DoesNotContain(text, char.IsControl);
        });
    }

    private void AssertStored(OssEmulator emulator)
    {
        var text = string.Concat(emulator.ListObjects(Bucket).Select(found => Encoding.UTF8.GetString(Gunzip.Text(found.Key, emulator.ReadObject(Bucket, found.Key)))));
        Assert.Equal((isBuffered ? "" : "begun\n") + string.Concat(Enumerable.Range(0, Events).Select(i => Line(i) + "\n")), text);
    }

    // Only an endless answer may need the time limit of a request.
    private OssAppenderOptions Options(OssEmulator emulator, string endpoint) => new()
    {
        Endpoint = endpoint,
        Region = emulator.Region,
        Bucket = Bucket,
        Credentials = new StaticCredentialsProvider(emulator.AccessKeyId, Secret),
        ObjectKey = isBuffered ? "{InstanceId}.log.gz" : "app.log",
        Compression = isBuffered ? OssCompression.Gzip : OssCompression.None,
        AppendInterval = TimeSpan.FromMilliseconds(5),
        RetryDelay = TimeSpan.FromMilliseconds(5),
        RetryDelayLimit = TimeSpan.FromMilliseconds(50),
        RefusalRetryDelay = TimeSpan.FromMilliseconds(20),
        RequestTimeout = answer is { IsEndless: true, IsTls: false } ? Short : Bound,
        ConnectTimeout = answer.IsEndless ? Short : Bound,
        CloseTimeout = Bound,
        Random = () => 0.99,
    };

    private OssClient Built(OssEmulator emulator, string endpoint)
    {
        var options = Options(emulator, endpoint);
        return new OssClient(new OssClientOptions
        {
            Endpoint = endpoint,
            AddressingStyle = OssAddressingStyle.Path,
            Region = options.Region,
            Bucket = Bucket,
            Credentials = options.Credentials,
            RequestTimeout = options.RequestTimeout,
            ConnectTimeout = options.ConnectTimeout,
        });
    }

    /// <summary>Asks over TLS until the server turns honest; nobody trusts a certificate of the test's, so it goes on without TLS.</summary>
    private sealed class SwitchedClient(HostileServer server, OssClient hostile, OssClient honest) : IOssClient, IDisposable
    {
        private OssClient Now => server.IsHonest ? honest : hostile;

        public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => Now.AppendObjectAsync(request, cancellationToken);

        public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => Now.HeadObjectAsync(request, cancellationToken);

        public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => Now.GetObjectAsync(request, cancellationToken);

        public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => Now.SealObjectAsync(key, position, cancellationToken);

        public void Dispose()
        {
            hostile.Dispose();
            honest.Dispose();
        }
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("oss-hostile-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
