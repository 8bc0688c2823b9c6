using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace OssLogSinks.Emulator.Tests.Page;

/// <summary>The live tail: what was appended, once and in order, as it is stored.</summary>
public class LiveTailTests : EmulatorTest
{
    [Fact]
    public async Task Appends_AreSentOnceAndInOrder()
    {
        Emulator.AppendAsForeignWriter("logs", "shop/a", "old\n"u8);
        await using var tail = await TailAsync("prefix=shop/");
        Assert.Equal(("append", "shop/a", "old\n"), await tail.NextAsync());

        Emulator.AppendAsForeignWriter("logs", "shop/a", "one\n"u8);
        Assert.Equal(("append", "shop/a", "one\n"), await tail.NextAsync());
        Emulator.AppendAsForeignWriter("logs", "other", "not this\n"u8);
        Emulator.AppendAsForeignWriter("logs", "shop/b", "two\n"u8);
        Assert.Equal(("append", "shop/b", "two\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task Position_IsWhereOneObjectGoesOn()
    {
        Emulator.AppendAsForeignWriter("logs", "a", "one\ntwo\n"u8);
        Emulator.AppendAsForeignWriter("logs", "ab", "not this\n"u8);
        await using var tail = await TailAsync("prefix=a&exact=1&from=4");

        Assert.Equal(("append", "a", "two\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task CharacterOverTwoAppends_IsWhole()
    {
        await using var tail = await TailAsync("prefix=");
        var bytes = Encoding.UTF8.GetBytes("é\n");
        Emulator.AppendAsForeignWriter("logs", "a", bytes.AsSpan(0, 1));
        Assert.Equal(("append", "a", ""), await tail.NextAsync());
        Emulator.AppendAsForeignWriter("logs", "a", bytes.AsSpan(1));

        Assert.Equal(("append", "a", "é\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task CompressedAppends_AreOpenedAsTheyArrive()
    {
        await using var tail = await TailAsync("prefix=");
        Emulator.AppendAsForeignWriter("logs", "a.gz", StoredObjectsTests.Gzip("one\n"));
        Assert.Equal(("append", "a.gz", "one\n"), await tail.NextAsync());
        Emulator.AppendAsForeignWriter("logs", "a.gz", StoredObjectsTests.Gzip("two\n"));

        Assert.Equal(("append", "a.gz", "two\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task DeletedObject_IsToldAndReadAgainFromItsStart()
    {
        await using var tail = await TailAsync("prefix=");
        Emulator.AppendAsForeignWriter("logs", "a", "one\n"u8);
        Assert.Equal(("append", "a", "one\n"), await tail.NextAsync());
        Emulator.DeleteObject("logs", "a");
        Assert.Equal(("deleted", "a", ""), await tail.NextAsync());
        Emulator.AppendAsForeignWriter("logs", "a", "two\n"u8);

        Assert.Equal(("append", "a", "two\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task ObjectThatIsGoneBeforeTheTail_IsTold()
    {
        await using var tail = await TailAsync("prefix=a&exact=1&from=4");

        Assert.Equal(("deleted", "a", ""), await tail.NextAsync());
    }

    [Fact]
    public async Task ObjectThatIsShorterThanThePosition_IsReadFromItsStart()
    {
        Emulator.AppendAsForeignWriter("logs", "a", "one\n"u8);
        await using var tail = await TailAsync("prefix=a&exact=1&from=100");

        Assert.Equal(("append", "a", "one\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task UploadedAgain_IsReadFromItsStart()
    {
        Emulator.PutObject("logs", "a", "one\n"u8);
        await using var tail = await TailAsync("prefix=&backlog=0");
        Emulator.PutObject("logs", "a", "another\n"u8);

        Assert.Equal(("append", "a", "another\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task LongObject_StartsWithItsLastWholeLines()
    {
        Emulator.AppendAsForeignWriter("logs", "a", "a long line\nshort\n"u8);
        await using var tail = await TailAsync("prefix=&backlog=10");

        Assert.Equal(("append", "a", "short\n"), await tail.NextAsync());
    }

    [Fact]
    public async Task FollowedEmulator_StopsAtOnce()
    {
        await using var tail = await TailAsync("prefix=");

        await Emulator.DisposeAsync();

        await Assert.ThrowsAnyAsync<IOException>(tail.NextAsync);
    }

    private async Task<Tail> TailAsync(string query)
    {
        var page = new PageClient(Emulator);
        var answer = await page.SendAsync(HttpMethod.Get, "/-/api/tail?bucket=logs&" + query);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        var stream = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var events = SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        return new Tail(page, answer, events);
    }

    private sealed class Tail(PageClient page, HttpResponseMessage answer, IAsyncEnumerator<SseItem<string>> events) : IAsyncDisposable
    {
        public async Task<(string Event, string Key, string Text)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            var news = JsonDocument.Parse(events.Current.Data).RootElement;
            return (events.Current.EventType, news.GetProperty("key").GetString()!, news.TryGetProperty("text", out var text) ? text.GetString()! : "");
        }

        public async ValueTask DisposeAsync()
        {
            answer.Dispose();
            page.Dispose();
            await Task.CompletedTask;
        }
    }
}
