using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Keys;

/// <summary>Mistakes that make keys all the same, but not those that were meant.</summary>
public class MistakenKeyTests
{
    private static readonly ProcessIdentity Identity = new("web", "4711", "abcdef012345", _ => null);

    [Theory]
    [InlineData("{Timestamp:YYYY/MM/dd}.log", "column 1: 'Y' in a date format is text that appears in each key; write yyyy for the year, or text in quotes")]
    [InlineData("{Timestamp:yyyy-MM-DD}.log", "column 1: 'D' in a date format is text that appears in each key; write dd for the day, or text in quotes")]
    [InlineData("{Timestamp:yyyyMMdd_HHmmSS}.log", "write ss for the seconds")]
    [InlineData("{Timestamp:yyyy/Www}.log", "'W' in a date format is text that appears in each key; write text in quotes")]
    [InlineData("a/{Timestamp:yyyy/mm/dd}.log", "column 3: 'mm' means minutes, but there is no hour; write MM for the month")]
    [InlineData("{Timestamp:yyyy}/{Timestamp:mm}.log", "column 18: 'mm' means minutes, but there is no hour")]
    [InlineData("{Timestamp:yyyy/ss}.log", "column 1: 'ss' means seconds, but there are no minutes; add HH and mm")]
    [InlineData("{Timestamp:yyyyMMdd HH-MM}.log", "column 1: 'MM' after the hour is the month; write mm for the minutes")]
    [InlineData("{Timestamp:yyyyMMddhh}.log", "column 1: 'hh' is a 12-hour clock, the same in the morning and in the evening; write HH, or add tt")]
    [InlineData("{yyyy}/{MM}/{dd}/app.log", "column 1: a date is written {Timestamp:yyyy}, since {yyyy} is a property of the event")]
    [InlineData("{yyyy}/{MM}/{dd}/app.log", "column 8: a date is written {Timestamp:MM}")]
    [InlineData("{yyyy-MM-dd}.log", "a date is written {Timestamp:yyyy-MM-dd}")]
    [InlineData("{YYYYMMDD}.log", "a date is written {Timestamp:yyyyMMdd}")]
    [InlineData("Logs\\app-.log", "column 5: '\\' does not separate folders in OSS; write '/'")]
    [InlineData("a/{Timestamp:yyyy\\\\MM}.log", "'\\' does not separate folders in OSS; write '/'")]
    [InlineData("a\u200Eb.log", "column 2: there is an invisible character here (U+200E); leave it out")]
    [InlineData("a{Timestamp:yyyy\u202E}.log", "contains an invisible character (U+202E); leave it out")]
    [InlineData(" app.log", "column 1: there is a space at the key's beginning; remove it")]
    [InlineData("app.log ", "column 8: there is a space at the key's end; remove it")]
    [InlineData("app.log\n", "column 8: there is a space at the key's end; remove it")]
    [InlineData("\u3000app.log", "column 1: there is a space at the key's beginning; remove it")]
    public void Mistake_IsRefusedWithItsCure(string template, string fault) => AssertFault(template, fault);

    // Not as data: an attribute holds whole characters only.
    [Fact]
    public void HalfOfACharacter_IsRefused()
    {
        AssertFault("a\uD83D.log", "column 2: there is half a character here; write all of it, or remove it");
        AssertFault("\uDE00a.log", "column 1: there is half a character here");
        AssertFault("😀\uDE00a.log", "column 3: there is half a character here");
        AssertFault("a{Timestamp:yyyy'\uD83D'}.log", "contains half a character");
        AssertFault("a\uD83D{Timestamp:\uDE00yyyy}.log", "column 2: there is half a character here");
    }

    private static void AssertFault(string template, string fault)
    {
        var faults = new List<string>();

        Assert.Null(ObjectKeyTemplate.TryParse(template, default, Identity, faults));

        Assert.Contains(faults, f => f.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{Timestamp:yyyy-MM-ddTHH}.log")]
    [InlineData("{Timestamp:yyyyMMddTHHmm'Z'}.log")]
    [InlineData("{Timestamp:yyyyMMddTHHmmZ}.log")]
    [InlineData("{Timestamp:'YEAR='yyyy/\"DAY=\"dd-MM}.log")]
    [InlineData("{Timestamp:yyyy\\Y}.log")]
    [InlineData("{Timestamp:yyyy年MM月dd日}.log")]
    [InlineData("{Timestamp:yyyyMMdd}/{Timestamp:hh tt}.log")]
    [InlineData("{Timestamp:HH}/{Timestamp:yyyy/MM/dd}/{Timestamp:mm}.log")]
    [InlineData("{Timestamp:MM-dd-yyyy HH.mm}.log")]
    [InlineData("{Timestamp:yyyy/MM/dd/HH/mm}.log")]
    [InlineData("{Timestamp:D}.log")]
    [InlineData("{Timestamp}.log")]
    [InlineData("{d}-{M}-{Y}/{Mm}/{address}.log")]
    [InlineData("my logs/日志/😀.log")]
    [InlineData("logs/\u0645\u06CC\u200C\u0634\u0648\u062F.log")]
    public void KeyThatMeansWhatItSays_IsTaken(string template)
    {
        var faults = new List<string>();

        var parsed = ObjectKeyTemplate.TryParse(template, default, Identity, faults);

        Assert.Empty(faults);
        Assert.Empty(parsed!.Doubts);
    }

    // Two periods that the first hour, day or year does not show.
    [Theory]
    [InlineData("{Timestamp:yyyyMMddhh}", OssRollingInterval.Hour, false)]
    [InlineData("{Timestamp:yyyyMMddhht}", OssRollingInterval.Hour, true)]
    [InlineData("{Timestamp:yyyyMMdd H}", OssRollingInterval.Hour, true)]
    [InlineData("{Timestamp:yyyyMMdH}", OssRollingInterval.Hour, false)]
    [InlineData("{Timestamp:yyyyMd}", OssRollingInterval.Day, false)]
    [InlineData("{Timestamp:yyyy}{Timestamp:%M}{Timestamp:%d}", OssRollingInterval.Day, false)]
    [InlineData("{Timestamp:yyyy}-{Timestamp:%M}-{Timestamp:%d}", OssRollingInterval.Day, true)]
    [InlineData("{Timestamp:yyyy/dddd}", OssRollingInterval.Day, false)]
    [InlineData("{Timestamp:yyyy/MM dddd}", OssRollingInterval.Day, false)]
    [InlineData("{Timestamp:yyyy/MMM/dd}", OssRollingInterval.Day, true)]
    [InlineData("{Timestamp:yyyyMMddHm}", OssRollingInterval.Minute, false)]
    [InlineData("{Timestamp:yyyyMMddHHm}", OssRollingInterval.Minute, true)]
    [InlineData("{Timestamp:yyyydHHmm}-{Timestamp:MM}", OssRollingInterval.Minute, true)]
    [InlineData("{Timestamp:yyyyMdHHmm}", OssRollingInterval.Minute, false)]
    [InlineData("{Timestamp:yyyyM}", OssRollingInterval.Month, true)]
    [InlineData("{Timestamp:yM}", OssRollingInterval.Month, false)]
    [InlineData("{Timestamp:yyMM}", OssRollingInterval.Month, true)]
    [InlineData("{Timestamp:MM}", OssRollingInterval.Month, false)]
    [InlineData("{Timestamp:yyyyM}", OssRollingInterval.Day, false)]
    public void TwoPeriodsOfOneKey_AreFoundWhereverTheyAre(string template, OssRollingInterval interval, bool isUsable)
    {
        var faults = new List<string>();

        var parsed = ObjectKeyTemplate.TryParse(template + ".log", new KeyShape(interval), Identity, faults);

        Assert.Equal(isUsable, parsed is not null);
        Assert.Equal(isUsable, faults.Count == 0);
    }

    [Theory]
    [InlineData("app-{Timestamp:yyyyMMdd HH:mm:ss}.log", "it shows seconds, so each second with events makes an object; set RollingInterval, or remove the seconds")]
    [InlineData("app-{Timestamp:O}.log", "it shows seconds")]
    [InlineData("app-{Timestamp:yyyyMMddHHmmssfff}.log", "it shows seconds")]
    [InlineData("{Timestamp:MM-dd}.log", "its dates repeat because it shows no year, so events are appended to old objects")]
    [InlineData("{Timestamp:yyyy-dd}.log", "its dates repeat because it shows no month")]
    [InlineData("{Timestamp:dddd}.log", "its dates repeat because it shows no month")]
    [InlineData("{Timestamp:yyyyMM-HH}.log", "its dates repeat because it shows no day")]
    [InlineData("logs/{Date}.log", "'Date' in braces is a property of the event, and '_' without one; a date is written Timestamp:yyyyMMdd in braces")]
    [InlineData("logs/{HalfHour}.log", "'HalfHour' in braces is a property of the event")]
    [InlineData("logs/{year}.log", "'year' in braces is a property of the event")]
    [InlineData("logs/%MACHINE%.log", "'%' appears in each key as it is; an environment variable is written Environment:NAME in braces")]
    [InlineData("logs/%Y.log", "'%' appears in each key as it is")]
    [InlineData("logs/${shortdate}.log", "'$' appears in each key as it is; a placeholder begins with a brace")]
    public void WhatMayBeMeant_IsSaidOnceAtStart(string key, string words)
    {
        var report = Assert.Single(ReportsOf(key));

        Assert.Equal(OssDiagnosticLevel.Warning, report.Level);
        Assert.StartsWith("The object key '", report.Message, StringComparison.Ordinal);
        Assert.Contains(words, report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatMayBeMeant_IsNotSaidIfItIsToldSo() => Assert.Empty(ReportsOf("logs/{Date}.log", options => options.ReportDoubtfulSettings = false));

    [Theory]
    [InlineData("app-{Timestamp:yyyyMMdd HH:mm:ss}.log")]
    [InlineData("{Timestamp:yyyyMMdd}.log")]
    public void WithAnInterval_SecondsMakeNoObjects(string key) =>
        Assert.Empty(ReportsOf(key, options => options.RollingInterval = OssRollingInterval.Day));

    private static IReadOnlyList<OssDiagnosticEvent> ReportsOf(string key, Action<OssAppenderOptions>? set = null)
    {
        var recorder = new ReportRecorder();
        var options = new OssAppenderOptions
        {
            Client = new MemoryOss(),
            Bucket = "logs",
            Credentials = new StaticCredentialsProvider("id", "secret"),
            ObjectKey = key,
            Diagnostics = recorder,
        };
        set?.Invoke(options);
        new OssAppender(options).Dispose();
        return recorder.Reports;
    }
}
