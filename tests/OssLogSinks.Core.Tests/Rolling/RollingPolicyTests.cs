using System.Globalization;
using CsCheck;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Tests.Rolling;

public class RollingPolicyTests
{
    private static readonly Gen<DateTimeOffset> Times =
        Gen.Long[new DateTime(1990, 1, 1).Ticks, new DateTime(2090, 1, 1).Ticks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    [Theory]
    [InlineData(OssRollingInterval.Year, "2026-01-01 00:00")]
    [InlineData(OssRollingInterval.Month, "2026-11-01 00:00")]
    [InlineData(OssRollingInterval.Day, "2026-11-22 00:00")]
    [InlineData(OssRollingInterval.Hour, "2026-11-22 17:00")]
    [InlineData(OssRollingInterval.Minute, "2026-11-22 17:05")]
    public void Interval_GivesThePeriodsStart(OssRollingInterval interval, string start)
    {
        var policy = new RollingPolicy(interval, ["yyyy"], null, null);

        var period = policy.PeriodOf(new DateTimeOffset(2026, 11, 22, 18, 5, 9, 77, TimeSpan.FromHours(1)));

        Assert.Equal(start, period.Start.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("yyyy/MM/dd")]
    [InlineData("yyyyMMdd-HH")]
    [InlineData("HH:mm")]
    [InlineData("ss")]
    [InlineData("O")]
    [InlineData("%d")]
    [InlineData("tt")]
    [InlineData("dddd, MMMM")]
    public void WithoutInterval_AllTimesOfAPeriodShowTheSameText(string format)
    {
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [format], null, null);

        Times.Sample(time =>
            policy.PeriodOf(time).Start.ToString(format, CultureInfo.InvariantCulture) == time.ToString(format, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void LocalTime_DecidesTheDay()
    {
        var shanghai = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(8), "test", "test");
        var policy = new RollingPolicy(OssRollingInterval.Day, ["yyyyMMdd"], shanghai, null);

        var period = policy.PeriodOf(new DateTimeOffset(2026, 11, 22, 17, 0, 0, TimeSpan.Zero));

        Assert.Equal(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.FromHours(8)), period.Start);
    }

    [Fact]
    public void Size_IsFullAtItsLimitAndAtTheServices()
    {
        Assert.False(new RollingPolicy(OssRollingInterval.Infinite, [], null, 10).IsFull(9));
        Assert.True(new RollingPolicy(OssRollingInterval.Infinite, [], null, 10).IsFull(10));
        Assert.True(new RollingPolicy(OssRollingInterval.Infinite, [], null, null).IsFull(RollingPolicy.ServiceSizeLimit));
    }

    [Fact]
    public void LimitBeyondTheServices_IsTheServices() =>
        Assert.True(new RollingPolicy(OssRollingInterval.Infinite, [], null, 10L << 30).IsFull(RollingPolicy.ServiceSizeLimit));

    [Theory]
    [InlineData(8)]
    [InlineData(-8)]
    public void TimesAtTheEndsOfTheCalendar_HaveAPeriodToo(int hours)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(hours), "test", "test");
        foreach (var interval in Enum.GetValues<OssRollingInterval>())
        {
            var policy = new RollingPolicy(interval, ["yyyyMMdd"], zone, null);

            Assert.Equal(1, policy.PeriodOf(DateTimeOffset.MinValue).Start.Year);
            Assert.Equal(9999, policy.PeriodOf(DateTimeOffset.MaxValue).Start.Year);
        }
    }
}
