using System.IO.Compression;
using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>Objects that are compressed, an append a member.</summary>
public class CompressedAppendTests
{
    private const string Key = "app.log.gz";
    private readonly MemoryOss _oss = new();
    private readonly List<AppendObjectRequest> _sent = [];

    public CompressedAppendTests() => _oss.Always = request =>
    {
        _sent.Add(request);
        return Task.FromResult(_oss.Apply(request));
    };

    [Fact]
    public async Task Object_IsAWholeGzipFileAfterEachAppend()
    {
        await using var appender = new OssAppender(Compressing());
        var text = "";
        for (var i = 0; i < 5; i++)
        {
            appender.TryAppend(Record($"event {i}\n"));
            await appender.FlushOrFailAsync();
            text += $"event {i}\n";
            Assert.Equal(text, TextOf(Key));
        }

        Assert.Equal(5, _oss.Appends.Count);
        Assert.Equal([Key], _oss.Keys);
    }

    [Fact]
    public async Task ContentType_SaysGzipUnlessATypeOrAnEncodingIsChosen()
    {
        Assert.Equal(("application/gzip", null), await CreatedWithAsync(new()));
        Assert.Equal(("text/csv", null), await CreatedWithAsync(new() { ContentType = "text/csv" }));
        Assert.Equal(("text/plain; charset=utf-8", "gzip"), await CreatedWithAsync(new() { ContentEncoding = "gzip" }));
    }

    [Fact]
    public async Task RepeatOfAnAppend_HasTheVerySameBytes()
    {
        _oss.NextRequestIsLost(Note).NextFails(MemoryOss.Refusal(System.Net.HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        await DeliverAsync("a\n", "b\n");

        Assert.Equal("a\nb\n", TextOf(Key));
        Assert.Equal(3, _oss.Appends.Count);
        Assert.Single(_oss.Appends.Select(a => a.Length).Distinct());

        void Note() => Assert.Empty(_oss.Keys);
    }

    [Fact]
    public async Task StrangersMember_IsAppendedBehind_WithoutCompressingAnew()
    {
        var stranger = Gunzip.Member("stranger\n"u8.ToArray(), CompressionLevel.Optimal);
        byte[]? first = null;
        _oss.Next(request =>
        {
            first = System.Buffers.BuffersExtensions.ToArray(request.Body);
            _oss.Apply(new AppendObjectRequest(Key, 0, new(stranger)));
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync("a\n");

        Assert.Equal("stranger\na\n", TextOf(Key));
        Assert.Equal(first, _oss.Bytes(Key)[stranger.Length..]);
    }

    [Fact]
    public async Task LostAcknowledgement_IsNotAppendedTwice()
    {
        _oss.NextAnswerIsLost();
        await DeliverAsync("a\n");

        Assert.Equal("a\n", TextOf(Key));
        Assert.Single(_oss.Appends);
        Assert.Empty(_oss.Gets);
    }

    [Fact]
    public async Task SizeLimit_CountsTheBytesInTheObject()
    {
        const int Limit = 20_000;
        var options = Compressing();
        options.ObjectSizeLimit = Limit;
        var random = new Random(1);
        var texts = Enumerable.Range(0, 4000).Select(i => $"event {i} of {random.Next()}\n").ToArray();
        await using (var appender = new OssAppender(options))
        {
            foreach (var text in texts)
                Assert.True(appender.TryAppend(Record(text)));
            await appender.FlushOrFailAsync();
        }

        Assert.Equal(string.Concat(texts), string.Concat(_oss.Keys.Select(TextOf)));
        Assert.Equal("app_001.log.gz", _oss.Keys.Order(StringComparer.Ordinal).Skip(1).First());
        var lengths = _oss.Keys.Select(k => _oss.Bytes(k).Length).ToArray();
        Assert.True(lengths.Length > 2);
        Assert.All(lengths.SkipLast(1), length => Assert.InRange(length, Limit, Limit + (4 << 10)));
    }

    [Theory]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public async Task LeftAppend_IsKnownAgainHoweverItWasCompressed(CompressionLevel level)
    {
        var (text, behind) = ("left 1\nleft 2\n"u8.ToArray(), Gunzip.Member("another\n"u8.ToArray(), level));
        foreach (var sentBy in new[] { CompressionLevel.Fastest, CompressionLevel.NoCompression, CompressionLevel.SmallestSize })
        {
            // Noted by one process, sent again by a second one, and found by a third.
            var noted = Gunzip.Member(text, CompressionLevel.Optimal);
            byte[][] standing = [[], Gunzip.Member(text, sentBy), [.. Gunzip.Member(text, sentBy), .. behind], [.. noted, .. behind]];
            foreach (var bytes in standing)
            {
                var oss = new MemoryOss();
                if (bytes.Length > 0)
                    oss.Apply(new AppendObjectRequest("a.gz", 0, new(bytes)));
                await ResumeAsync(oss, level, noted, "left 1\n", "left 2\n");

                var all = Encoding.UTF8.GetString(Gunzip.Of(oss.Bytes("a.gz")));
                Assert.Equal(bytes.AsSpan().EndsWith(behind) ? "left 1\nleft 2\nanother\n" : "left 1\nleft 2\n", all);
            }
        }
    }

    [Fact]
    public async Task StrangersBytesWhereALeftAppendWouldStand_AreAppendedBehind()
    {
        var text = "left 1\nleft 2\n"u8.ToArray();
        var oss = new MemoryOss();
        var stranger = Gunzip.Member("left 1\nleft X\n"u8.ToArray(), CompressionLevel.Optimal);
        oss.Apply(new AppendObjectRequest("a.gz", 0, new(stranger)));

        await ResumeAsync(oss, CompressionLevel.Fastest, Gunzip.Member(text, CompressionLevel.SmallestSize), "left 1\n", "left 2\n");

        Assert.Equal("left 1\nleft X\nleft 1\nleft 2\n", Encoding.UTF8.GetString(Gunzip.Of(oss.Bytes("a.gz"))));
    }

    private static async Task ResumeAsync(MemoryOss oss, CompressionLevel level, byte[] noted, params string[] records)
    {
        using var counters = new DeliveryCounters(null);
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var options = new OssAppenderOptions { Client = oss, GzipLevel = level };
        var context = new AppendContext(options, oss, policy, counters, new DeliveryReporter(null, TimeProvider.System));
        var appender = new ObjectAppender(context, new StreamKey("a", new SequencePart(null), ".gz"));
        appender.TakeOver(new AppendIntent(0, AppendPosition.Start, noted.Length, Core.Protocol.Crc64.Append(0, noted), FirstId: 1, LastId: records.Length));
        var batch = new AppendBatch(0, new NoBooks());
        foreach (var record in records)
            batch.Add(Encoding.UTF8.GetBytes(record), state: null, id: batch.Count + 1);
        while (!batch.IsDone)
        {
            if (await appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                batch.AdvanceTo(delivered.End, lost: false);
        }
    }

    private async Task<(string? Type, string? Encoding)> CreatedWithAsync(OssObjectProperties properties)
    {
        var options = Compressing();
        options.ObjectProperties = properties;
        await using var appender = new OssAppender(options);
        appender.TryAppend(Record("a\n"));
        await appender.FlushOrFailAsync();
        return (_sent[^1].Properties!.ContentType, _sent[^1].Properties!.ContentEncoding);
    }

    private async Task DeliverAsync(params string[] records)
    {
        await using var appender = new OssAppender(Compressing());
        foreach (var record in records)
            appender.TryAppend(Record(record));
        await appender.FlushOrFailAsync();
    }

    private OssAppenderOptions Compressing()
    {
        var options = Options(_oss);
        options.Compression = OssCompression.Gzip;
        return options;
    }

    private string TextOf(string key) => Encoding.UTF8.GetString(Gunzip.Of(_oss.Bytes(key)));

    private sealed class NoBooks : RecordSource
    {
        public override bool IsDurable => true;

        public override void Settle(ReadOnlySpan<long> ids, bool lost)
        {
        }

        public override void Intend(AppendIntent intent)
        {
        }
    }
}
