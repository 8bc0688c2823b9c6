using CsCheck;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Tests.Keys;

public class ObjectKeySearchTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("app-{Timestamp:yyyyMMdd}.log", "app-20261122.log", true)]
    [InlineData("app-{Timestamp:yyyyMMdd}.log", "app-20261122_001.log", true)]
    [InlineData("app-{Timestamp:yyyyMMdd}.log", "app-20261122_1.log", false)]
    [InlineData("app-{Timestamp:yyyyMMdd}.log", "app-20261121.log", false)]
    [InlineData("app-{Timestamp:yyyyMMdd}.log", "xapp-20261122.log", false)]
    [InlineData("{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}_{Sequence:000}.log", "2026/11/22/web-1-abc_017.log", true)]
    [InlineData("{Timestamp:yyyy/MM/dd}/{MachineName}-{InstanceId}_{Sequence:000}.log", "2026/11/22/sub/web-1-abc_017.log", false)]
    [InlineData("{Tenant}/{Timestamp:d MMM yyyy}.log", "a%2Fb/22 Nov 2026.log", true)]
    [InlineData("{Tenant}/{Timestamp:d MMM yyyy}.log", "acme/2 Nov 2026.log", false)]
    [InlineData("a/{Timestamp:yyyy}/{MachineName}/{Timestamp:MMdd}", "a/2026/m/1122", true)]
    [InlineData("a/{Timestamp:yyyy}/{MachineName}/{Timestamp:MMdd}", "a/2025/m/1122", false)]
    [InlineData("fixed.log", "fixed.log", true)]
    [InlineData("fixed.log", "fixed_002.log", true)]
    [InlineData("{Timestamp:yyyyMMdd}/{MachineName}", "20261122/web.shop_001.local", true)]
    public void Key_IsJudgedByItsTime(string template, string key, bool canHold) =>
        Assert.Equal(canHold, SearchOf(template).CanHold(key));

    [Fact]
    public void RollingInterval_AddsItsPeriod()
    {
        var search = ObjectKeySearch.Create(new ObjectKeySearchOptions { Template = "app.log", RollingInterval = OssRollingInterval.Hour, Compression = OssCompression.Gzip, From = Day, To = Day.AddHours(2) });

        Assert.True(search.CanHold("app2026112201.log.gz"));
        Assert.False(search.CanHold("app2026112202.log.gz"));
        Assert.Equal("app", search.Prefix);
    }

    [Fact]
    public void Listing_JumpsToTheNextFolder()
    {
        var search = SearchOf("shop/{MachineName}/app-{Timestamp:yyyyMMdd}.log");

        Assert.Equal("shop/web-1/app-20261121~", search.NextAfter("shop/web-1/app-20200101.log"));
        Assert.Equal("shop/web-1/app-20261122.log", search.NextAfter("shop/web-1/app-20261122.log"));
        Assert.Equal("shop/web-1/~", search.NextAfter("shop/web-1/app-20261123.log"));
        Assert.Null(search.NextAfter("shop0"));
    }

    // Against a plain filter over every key, with pages of few keys.
    [Theory]
    [InlineData("{Timestamp:yyyy/MM/dd}/{MachineName}.log")]
    [InlineData("logs/{MachineName}/{Timestamp:yyyyMMdd}/{InstanceId}.log")]
    [InlineData("logs/{MachineName}-{Timestamp:yyyyMMdd}.log")]
    [InlineData("{Tenant}/{Timestamp:yyyy}/{MachineName}/{Timestamp:MM-dd}_{Sequence:0}.log")]
    [InlineData("{Timestamp:dd-MM-yyyy}/{MachineName}")]
    [InlineData("dt={Timestamp:yyyy-MM-dd}/{Level}/x.jsonl")]
    [InlineData("dt={Timestamp:yyyy-MM-dd}/{MachineName}-x")]
    [InlineData("{MachineName}/{Timestamp:yyyyMMdd}/{Environment:SITE}-{MachineName}.gz")]
    public void Search_FindsWhatAFullListingFinds(string template)
    {
        var search = SearchOf(template, Day.AddDays(3));
        var keys = KeysOf(template).Distinct().OrderBy(key => key, StringComparer.Ordinal).ToList();
        var found = new List<string>();
        var pages = 0;
        for (var after = search.NextAfter(""); after is not null; pages++)
        {
            var page = keys.Where(key => string.CompareOrdinal(key, after) > 0 && key.StartsWith(search.Prefix, StringComparison.Ordinal)).Take(7).ToList();
            found.AddRange(page.Where(search.CanHold));
            after = page.Count < 7 ? null : search.NextAfter(page[^1]);
        }

        var expected = keys.Where(search.CanHold).ToList();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, found);
        Assert.InRange(pages, 1, (keys.Count / 7) + 1);
    }

    // Default places come before the extension, and a value with dots moves it.
    [Fact]
    public void RenderedKey_IsFoundForEveryNameOfTheProcess()
    {
        string[] templates =
        [
            "logs/{MachineName}", "{MachineName}.log", "{MachineName}-{Environment:SITE}", "logs/{Environment:SITE}.{MachineName}-x", "{MachineName}.gz",
            "{Tenant}/{MachineName}.log.gz", "{Timestamp:yyyyMMdd}-{MachineName}", "{MachineName}/{Timestamp:yyyy/MM/dd}", "{Environment:SITE}/{MachineName}{Environment:SITE}", "{MachineName}-{Tenant}",
            "{Sequence:000}-{MachineName}", "a.b/{MachineName}.zst",
        ];
        var names = Gen.String[Gen.Char["ab1._-g z\u00e9"], 1, 8];
        var gen = Gen.Select(
            Gen.Int[0, templates.Length - 1], names, Gen.OneOf(names, AnyOf("a.gz", "a.b.gz", ".x", "x.", "a_001")), names, AnyOf(OssRollingInterval.Infinite, OssRollingInterval.Day, OssRollingInterval.Hour),
            AnyOf<OssCompression?>(null, OssCompression.None, OssCompression.Gzip), AnyOf(0, 1, 12, 1000), Gen.Int[0, 47]);
        var found = 0;

        gen.Sample((index, machine, site, tenant, interval, compression, sequence, hour) =>
        {
            var identity = new ProcessIdentity(machine, "1", "abc", _ => site);
            if (ObjectKeyTemplate.TryParse(templates[index], new KeyShape(interval, compression), identity, []) is not { } template)
                return;

            var time = Day.AddHours(hour);
            var period = new RollingPolicy(interval, template.TimestampFormats, localZone: null, sizeLimit: null).PeriodOf(time).Start;
            var key = template.Render(period, [tenant]).ObjectKey(sequence);
            var search = ObjectKeySearch.Create(new ObjectKeySearchOptions { Template = templates[index], RollingInterval = interval, Compression = compression, From = time, To = time.AddMinutes(1) });

            Assert.True(search.CanHold(key), $"{templates[index]} for '{machine}', '{site}' gives {key}");
            Assert.StartsWith(search.Prefix, key, StringComparison.Ordinal);
            Assert.True(search.NextAfter("") is { } after && string.CompareOrdinal(after, key) < 0, $"The listing begins behind {key}");
            Interlocked.Increment(ref found);
        });

        Assert.True(found > 0);
    }

    [Fact]
    public void FaultyTemplate_IsRefused() =>
        Assert.Throws<FormatException>(() => SearchOf("app-{Timestamp:yyyy"));

    [Fact]
    public void SpanWithoutAnEnd_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ObjectKeySearch.Create(new ObjectKeySearchOptions { Template = "a", From = Day, To = Day }));

    [Fact]
    public void SpanWithTooManyPeriods_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ObjectKeySearch.Create(new ObjectKeySearchOptions { Template = "a", RollingInterval = OssRollingInterval.Minute, From = Day, To = Day.AddYears(20) }));

    private static ObjectKeySearch SearchOf(string template, DateTimeOffset? to = null) =>
        ObjectKeySearch.Create(new ObjectKeySearchOptions { Template = template, From = Day, To = to ?? Day.AddDays(1) });

    // What sinks with this template write on sixty days, and some keys of others.
    private static IEnumerable<string> KeysOf(string template)
    {
        for (var machine = 0; machine < 5; machine++)
        {
            // Every second machine has its full name.
            var identity = new ProcessIdentity($"web-{machine}{(machine % 2 == 0 ? "" : ".shop.local")}", "1", "abc", _ => "env.x");
            var parsed = ObjectKeyTemplate.TryParse(template, default, identity, [])!;
            for (var day = -30; day < 30; day++)
            {
                var stream = parsed.Render(Day.AddDays(day), ["acme", "x"]);
                yield return stream.ObjectKey(0);
                yield return stream.ObjectKey(1);
            }

            yield return $"logs/other-{machine}.txt";
            yield return $"zz/{machine}\u00e9.txt";
        }
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
