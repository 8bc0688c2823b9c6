using System.Text;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>What objects begin with is there once, with the append that creates them.</summary>
public class ObjectHeaderTests
{
    private const string Header = "time,level,text";
    private readonly MemoryOss _oss = new();

    [Theory]
    [InlineData("a,b", "a,b\n")]
    [InlineData("a,b\n", "a,b\n")]
    [InlineData("a,b\r\n", "a,b\r\n")]
    [InlineData("größe,日志", "größe,日志\n")]
    [InlineData("", "")]
    public async Task Object_BeginsWithItOnce(string header, string expected)
    {
        var options = WithHeader();
        options.ObjectHeader = header;
        await DeliverAsync(options, "1\n");
        await DeliverAsync(options, "2\n");

        Assert.Equal(expected + "1\n2\n", _oss.Text("app.log"));
        Assert.Equal([0, Encoding.UTF8.GetByteCount(expected) + 2L], _oss.Appends.Select(a => a.Position));
    }

    [Fact]
    public async Task EveryObjectOfAStream_BeginsWithIt()
    {
        var options = WithHeader();
        options.ObjectSizeLimitBytes = 30;
        await DeliverAsync(options, [.. Enumerable.Range(0, 12).Select(i => $"event {i:00}\n")]);

        Assert.Equal(6, _oss.Keys.Count);
        Assert.All(_oss.Keys, key => Assert.StartsWith(Header + "\nevent ", _oss.Text(key)));
        Assert.All(_oss.Keys, key => Assert.Equal(2, _oss.Text(key).Split("event ").Length - 1));
    }

    [Fact]
    public async Task AnotherWriterCreatesTheObjectFirst_OursIsSentWithout()
    {
        _oss.Next(request =>
        {
            _oss.AppendAsForeignWriter("app.log", Header + "\nother\n");
            return Task.FromResult(_oss.Apply(request));
        });

        await DeliverAsync(WithHeader(), "a\n");

        Assert.Equal(Header + "\nother\na\n", _oss.Text("app.log"));
    }

    [Theory]
    [InlineData(OssCompression.None)]
    [InlineData(OssCompression.Gzip)]
    public async Task TwoWriters_StoreItOnceWhoeverIsFirst(OssCompression compression)
    {
        var options = WithHeader();
        options.Compression = compression;
        await using (var one = new OssAppender(options))
        await using (var other = new OssAppender(options))
        {
            for (var i = 0; i < 50; i++)
            {
                one.TryAppend(Record($"one {i}\n"));
                other.TryAppend(Record($"other {i}\n"));
                await Task.WhenAll(one.FlushOrFailAsync(), other.FlushOrFailAsync());
            }
        }

        var text = Encoding.UTF8.GetString(Gunzip.Text(_oss.Keys.Single(), _oss.Bytes(_oss.Keys.Single())));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Header, lines[0]);
        Assert.Equal(101, lines.Length);
        Assert.Equal(lines.Length, lines.Distinct().Count());
    }

    [Fact]
    public async Task LostAnswerOfTheCreatingAppend_StoresItOnce()
    {
        _oss.NextAnswerIsLost();
        await DeliverAsync(WithHeader(), "a\n", "b\n");

        Assert.Equal(Header + "\na\nb\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task DeletedObject_BeginsWithItAgain()
    {
        _oss.Put("app.log", Header + "\n0\n");
        _oss.NextRequestIsLost(() => _oss.Delete("app.log"));

        await DeliverAsync(WithHeader(), "a\n");

        Assert.Equal(Header + "\na\n", _oss.Text("app.log"));
    }

    [Fact]
    public async Task Append_HoldsItsLimitWithTheHeaderInIt()
    {
        var options = WithHeader();
        options.AppendSizeLimitBytes = 4096;
        options.EventSizeLimitBytes = 4096 - Header.Length - 1;
        options.AppendInterval = TimeSpan.FromHours(1);
        var texts = Enumerable.Range(0, 200).Select(i => $"{i}".PadRight(100, '.') + "\n").Prepend(new string('x', options.EventSizeLimitBytes - 1) + "\n").ToArray();
        await DeliverAsync(options, texts);

        Assert.Equal(Header + "\n" + string.Concat(texts), _oss.Text("app.log"));
        Assert.Equal(4096, _oss.Appends[0].Length);
        Assert.All(_oss.Appends, append => Assert.InRange(append.Length, 1, 4096));
    }

    [Theory]
    [InlineData(4096, 4081, null, "must have 15 bytes at most")]
    [InlineData(4096, 100, 16L, "must have 15 bytes at most")]
    [InlineData(4096, 100, 17L, null)]
    [InlineData(4096, 4080, null, null)]
    public void HeaderThatLeavesNoSpace_IsRefused(int appendSize, int recordSize, long? objectSize, string? expected)
    {
        var options = WithHeader();
        (options.AppendSizeLimitBytes, options.EventSizeLimitBytes, options.ObjectSizeLimitBytes) = (appendSize, recordSize, objectSize);

        var faults = options.Validate();

        Assert.Equal(expected is null ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith("ObjectHeader: is 'time,level,text', but " + expected, fault.ToString()));
    }

    private OssAppenderOptions WithHeader()
    {
        var options = Options(_oss);
        options.ObjectHeader = Header;
        return options;
    }

    private static async Task DeliverAsync(OssAppenderOptions options, params string[] records)
    {
        await using var appender = new OssAppender(options);
        foreach (var record in records)
            Assert.True(appender.TryAppend(Record(record)));
        await appender.FlushOrFailAsync();
    }
}
