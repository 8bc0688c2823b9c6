using System.Globalization;
using NLog.Targets.OssAppend.Tests.Support;

namespace NLog.Targets.OssAppend.Tests;

public class EventTimeTests
{
    [Theory]
    [InlineData(8, "0001-01-01T00:00:00", "0001-01-01T00:00:00+00:00")]
    [InlineData(8, "0001-01-01T07:59:59", "0001-01-01T00:00:00+00:00")]
    [InlineData(8, "0001-01-01T08:00:00", "0001-01-01T08:00:00+08:00")]
    [InlineData(8, "9999-12-31T23:59:59", "9999-12-31T23:59:59+08:00")]
    [InlineData(-8, "9999-12-31T23:59:59", "9999-12-31T23:59:59+00:00")]
    [InlineData(-8, "9999-12-31T15:59:59", "9999-12-31T15:59:59-08:00")]
    [InlineData(-8, "0001-01-01T00:00:00", "0001-01-01T00:00:00-08:00")]
    public void TimeAtTheEndsOfTheCalendar_IsTheZones_OrTheNearestThereIs(int hours, string time, string expected)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(hours), "test", "test");

        foreach (var kind in new[] { DateTimeKind.Local, DateTimeKind.Unspecified })
        {
            var told = EventTime.OfEdge(DateTime.SpecifyKind(DateTime.Parse(time, CultureInfo.InvariantCulture), kind), zone);
            Assert.Equal(expected, told.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FirstAndLastMomentOfTheCalendar_AreStored(bool renderAtCall)
    {
        using var running = RunningTarget.Start(t =>
        {
            t.RenderAtCall = renderAtCall;
            t.ObjectKey = "{Timestamp:yyyy}.log";
        });

        foreach (var time in new[] { DateTime.MinValue, DateTime.MaxValue })
        {
            foreach (var kind in new[] { DateTimeKind.Utc, DateTimeKind.Local, DateTimeKind.Unspecified })
                running.Logger.Log(new LogEventInfo(LogLevel.Info, "x", "x") { TimeStamp = DateTime.SpecifyKind(time, kind) });
        }

        Assert.Null(await running.FlushAsync());
        Assert.Equal(["0001.log", "9999.log"], running.Oss.Keys);
        Assert.Equal(6, running.Oss.Lines.Length);
    }
}
