using System.IO.Compression;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Tests.Support;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>Compressed objects over real HTTP, read as anybody would who knows gzip and nothing of this project.</summary>
public sealed class CompressedObjectTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly BufferFolder _buffer = new();

    public void Dispose() => _buffer.Dispose();

    [Fact]
    public async Task EveryMoment_IsAWholeGzipFile()
    {
        const int Appends = 20;
        await using var emulator = await StartAsync();
        emulator.Faults.Random(0.3, seed: 4, FaultKinds.AllForSharedObjects & ~FaultKinds.KindChange);
        await using var one = new OssAppender(Compressing(emulator));
        await using var other = new OssAppender(Compressing(emulator));
        var expected = new HashSet<string>();
        for (var i = 0; i < Appends; i++)
        {
            var flushes = new[] { (one, $"one {i}"), (other, $"other {i}") }.Select(async writer =>
            {
                writer.Item1.TryAppend(new LogRecord(Noon, Encoding.UTF8.GetBytes(writer.Item2 + "\n")));
                Assert.True(await writer.Item1.FlushAsync(TestContext.Current.CancellationToken));
            });
            await Task.WhenAll(flushes);

            expected.UnionWith([$"one {i}", $"other {i}"]);
            var lines = Unpack(emulator.ReadObject(Emulated.Bucket, "app.log.gz")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(expected.Order(), lines.Order());
        }

        Assert.Equal("app.log.gz", Assert.Single(emulator.ListObjects(Emulated.Bucket)).Key);
    }

    [Fact]
    public async Task RecordsForACompressedObject_StayCompressedWhoeverShipsThem()
    {
        await using var emulator = await StartAsync();
        emulator.GoDown();
        var options = Compressing(emulator);
        options.BufferPath = _buffer.Path;
        await using (var appender = new OssAppender(options))
        {
            appender.TryAppend(new LogRecord(Noon, "left\n"u8.ToArray()));
            Assert.True(await appender.FlushAsync(OssFlushTarget.Disk, TestContext.Current.CancellationToken));
            await appender.CloseAsync(TimeSpan.Zero);
        }

        emulator.Faults.Clear();
        await OssAppender.DrainAsync(_buffer.Path, emulator.AppenderOptions(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("left\n", Unpack(emulator.ReadObject(Emulated.Bucket, "app.log.gz")));
    }

    private static OssAppenderOptions Compressing(OssEmulator emulator)
    {
        var options = emulator.AppenderOptions();
        options.Compression = OssCompression.Gzip;
        return options;
    }

    private static string Unpack(byte[] bytes)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static Task<OssEmulator> StartAsync() => OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
}
