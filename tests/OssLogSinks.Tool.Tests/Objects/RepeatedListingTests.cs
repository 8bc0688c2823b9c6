using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Objects;

/// <summary>How many requests it takes to follow a long prefix, and that nothing new is missed.</summary>
public class RepeatedListingTests : ToolTest
{
    private const int Days = 1_200;

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task ShortPrefix_TakesOneRequestEachTime()
    {
        for (var i = 0; i < 900; i++)
            Append($"s/{i:000}.log", "1\n");
        var listing = ListingOf("s/");
        await listing.ListAsync(TestContext.Current.CancellationToken);
        Emulator.ClearRequests();

        for (var i = 0; i < 10; i++)
            Assert.Equal(900, (await listing.ListAsync(TestContext.Current.CancellationToken)).Count);

        Assert.Equal(10, Listings);
    }

    // Five machines with 1200 days each are six pages. Only the last day of each is written to.
    [Fact]
    public async Task LongPrefix_TakesARequestForEachStream()
    {
        var listing = await OpenAsync(machines: 5);
        for (var i = 0; i < 10; i++)
            await listing.ListAsync(TestContext.Current.CancellationToken);
        Assert.InRange(Listings, 10, 50);

        Emulator.ClearRequests();
        _time.Advance(RepeatedListing.FullInterval);
        await listing.ListAsync(TestContext.Current.CancellationToken);
        Assert.InRange(Listings, 6, 7);
    }

    [Fact]
    public async Task OneStreamOfALongPrefix_TakesOneRequestEachTime()
    {
        var listing = await OpenAsync(machines: 3, active: 1);

        for (var i = 0; i < 10; i++)
            await listing.ListAsync(TestContext.Current.CancellationToken);

        Assert.InRange(Listings, 10, 20);
    }

    [Fact]
    public async Task GrowthRollAndNextDay_AreSeenAtOnce()
    {
        var listing = await OpenAsync(machines: 3);
        var last = KeyOf(1, Days - 1);

        Append(last, "more\n");
        Assert.Equal(6 + 5, (await FindAsync(listing, last))!.Length);
        var rolled = last.Replace(".log", "_001.log", StringComparison.Ordinal);
        Append(rolled, "roll\n");
        Assert.NotNull(await FindAsync(listing, rolled));
        Append(KeyOf(1, Days), "next\n");
        Assert.NotNull(await FindAsync(listing, KeyOf(1, Days)));
        Append("s/web-9/new.log", "new stream behind all\n");
        Assert.NotNull(await FindAsync(listing, "s/web-9/new.log"));
    }

    [Fact]
    public async Task ObjectThatWakesUp_IsSeenByTheNextFullListing()
    {
        var listing = await OpenAsync(machines: 3);
        Append(KeyOf(0, 5), "late\n");
        Append("s/a-new-machine/x.log", "first\n");

        await listing.ListAsync(TestContext.Current.CancellationToken);
        _time.Advance(RepeatedListing.FullInterval);

        Assert.Equal(4 + 5, (await FindAsync(listing, KeyOf(0, 5)))!.Length);
        Emulator.ClearRequests();
        Append("s/a-new-machine/x.log", "second\n");
        Assert.Equal(6 + 7, (await FindAsync(listing, "s/a-new-machine/x.log"))!.Length);
        Assert.InRange(Listings, 1, 4);
    }

    [Fact]
    public void Order_IsThatOfUtf8() =>
        Gen.Select(Gen.String[Gen.Char["az\u00e9\u07ff\ue000\uffff\ud83d\ude00"], 0, 4], Gen.String[Gen.Char["az\u00e9\u07ff\ue000\uffff\ud83d\ude00"], 0, 4])
            .Where((x, y) => IsText(x) && IsText(y))
            .Sample((x, y) => Assert.Equal(Math.Sign(Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))), Math.Sign(Utf8Order.Compare(x, y))));

    private static bool IsText(string text) => !text.AsSpan().ContainsAny('\ud83d', '\ude00') || text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    private static string KeyOf(int machine, int day) => $"s/web-{machine}/app-{new DateTimeOffset(2023, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day):yyyyMMdd}.log";

    private static async Task<OssObjectSummary?> FindAsync(RepeatedListing listing, string key) =>
        (await listing.ListAsync(TestContext.Current.CancellationToken)).SingleOrDefault(found => found.Key == key);

    // Old objects, and a last day of some machines that is written now. Gives the listing after its first, full one.
    private async Task<RepeatedListing> OpenAsync(int machines, int active = int.MaxValue)
    {
        Emulator.ShiftClock(TimeSpan.FromHours(-3));
        for (var machine = 0; machine < machines; machine++)
        {
            for (var day = 0; day < Days - 1; day++)
                Append(KeyOf(machine, day), "old\n");
        }

        Emulator.ShiftClock(TimeSpan.FromHours(3));
        for (var machine = Math.Max(0, machines - active); machine < machines; machine++)
            Append(KeyOf(machine, Days - 1), "today\n");

        var listing = ListingOf("s/");
        await listing.ListAsync(TestContext.Current.CancellationToken);
        Emulator.ClearRequests();
        return listing;
    }

    private RepeatedListing ListingOf(string prefix)
    {
        var client = new OssClient(new OssClientOptions
        {
            Endpoint = Emulator.Endpoint.ToString(),
            Region = Emulator.Region,
            Bucket = Bucket,
            Credentials = new StaticCredentialsProvider(Emulator.AccessKeyId, Emulator.AccessKeySecret),
        });
        return new RepeatedListing(client, prefix, takesAll: false, _time);
    }
}
