using System.IO.Compression;
using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
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
    public async Task ForeignMember_IsAppendedBehindWithoutCompressingAgain()
    {
        var foreignWriter = Gunzip.Member("stranger\n"u8.ToArray(), CompressionLevel.Optimal);
        byte[]? first = null;
        _oss.Next(request =>
        {
            first = System.Buffers.BuffersExtensions.ToArray(request.Body);
            _oss.Apply(new AppendObjectRequest(Key, 0, new(foreignWriter)));
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync("a\n");

        Assert.Equal("stranger\na\n", TextOf(Key));
        Assert.Equal(first, _oss.Bytes(Key)[foreignWriter.Length..]);
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
        options.ObjectSizeLimitBytes = Limit;
        var random = new Random(1);
        var texts = Enumerable.Range(0, 12_000).Select(i => $"event {i} of {random.Next()}\n").ToArray();
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
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.NoCompression)]
    public async Task RecoveredAppend_IsKnownAgainHoweverItWasCompressed(CompressionLevel level)
    {
        // Sent by one process, again by a second one that compressed it otherwise, and found by a third.
        var text = "left 1\nleft 2\n"u8.ToArray();
        var (first, second) = (Gunzip.Member(text, CompressionLevel.Fastest), Gunzip.Member(text, CompressionLevel.NoCompression));
        var behind = Gunzip.Member("another\n"u8.ToArray(), level);
        byte[][] standing = [[], first, second, [.. first, .. behind], [.. second, .. behind]];
        foreach (var bytes in standing)
        {
            var oss = new MemoryOss();
            if (bytes.Length > 0)
                oss.Apply(new AppendObjectRequest("a.gz", 0, new(bytes)));
            await ResumeAsync(oss, level, Noted(second) with { Earlier = [new SentBody(first.Length, Core.Client.Crc64.Append(0, first))] }, "left 1\n", "left 2\n");

            var all = Encoding.UTF8.GetString(Gunzip.Of(oss.Bytes("a.gz")));
            Assert.Equal(bytes.AsSpan().EndsWith(behind) ? "left 1\nleft 2\nanother\n" : "left 1\nleft 2\n", all);
        }
    }

    [Fact]
    public async Task RecoveredAppendCompressedAgain_IsNotedWithTheFormerBytes()
    {
        var oss = new MemoryOss();
        var first = Gunzip.Member("left 1\nleft 2\n"u8.ToArray(), CompressionLevel.NoCompression);
        var source = await ResumeAsync(oss, CompressionLevel.Optimal, Noted(first), "left 1\n", "left 2\n");

        var sent = oss.Bytes("a.gz");
        Assert.NotEqual(first, sent);
        var note = Assert.Single(source.Noted);
        Assert.Equal(new SentBody(sent.Length, Core.Client.Crc64.Append(0, sent)), note.Body);
        Assert.Equal(new SentBody(first.Length, Core.Client.Crc64.Append(0, first)), Assert.Single(note.Earlier));
        Assert.Equal((1L, 2L), (note.FirstId, note.LastId));
    }

    [Fact]
    public async Task ForeignBytesAtARecoveredPosition_AreAppendedBehind()
    {
        var text = "left 1\nleft 2\n"u8.ToArray();
        var oss = new MemoryOss();
        var foreignWriter = Gunzip.Member("left 1\nleft X\n"u8.ToArray(), CompressionLevel.Optimal);
        oss.Apply(new AppendObjectRequest("a.gz", 0, new(foreignWriter)));

        await ResumeAsync(oss, CompressionLevel.Fastest, Noted(Gunzip.Member(text, CompressionLevel.NoCompression)), "left 1\n", "left 2\n");

        Assert.Equal("left 1\nleft X\nleft 1\nleft 2\n", Encoding.UTF8.GetString(Gunzip.Of(oss.Bytes("a.gz"))));
    }

    private static AppendIntent Noted(byte[] sent) =>
        new(0, AppendPosition.Start, sent.Length, Core.Client.Crc64.Append(0, sent), FirstId: 1, LastId: 2);

    private static async Task<RecordingSource> ResumeAsync(MemoryOss oss, CompressionLevel level, AppendIntent intent, params string[] records)
    {
        using var counters = new DeliveryCounters(null);
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, null);
        var options = new OssAppenderOptions { Client = oss, GzipLevel = level };
        var context = new AppendContext(DeliverySetup.AppendSettingsOf(options), oss, policy, counters, new DeliveryReporter(null, TimeProvider.System));
        var appender = new ObjectAppender(context, new StreamKey("a", new SequencePart(null), ".gz"));
        appender.TakeOver(intent);
        var source = new RecordingSource();
        var batch = new AppendBatch(0, source);
        foreach (var record in records)
            batch.Add(Encoding.UTF8.GetBytes(record), state: null, id: batch.Count + 1);
        while (!batch.IsDone)
        {
            if (await appender.StepAsync(batch, TestContext.Current.CancellationToken) is ShipVerdict.Delivered delivered)
                batch.Finish(delivered.End, dropped: false);
        }

        return source;
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

    private sealed class RecordingSource : RecordSource
    {
        public List<AppendIntent> Noted { get; } = [];

        public override bool IsDurable => true;

        public override void Settle(ReadOnlySpan<long> ids, bool dropped)
        {
        }

        public override void Intend(AppendIntent intent) => Noted.Add(intent);
    }
}
