using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests;

/// <summary>Where events go that come after their period.</summary>
public class LateEventTests
{
    private readonly MemoryOss _oss = new();
    private readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public async Task WithoutAGrace_YearsDoNotMatter()
    {
        await DeliverAsync(grace: null, Noon.AddYears(-3), Noon);

        Assert.Equal(["app20231122.log", "app20261122.log"], _oss.Keys);
    }

    [Fact]
    public async Task WithinTheGrace_TheirOwnPeriodsObject_AfterIt_ThePresentOnes()
    {
        await DeliverAsync(TimeSpan.FromHours(1), Noon, Noon.AddHours(-12), Noon.AddHours(-13), Noon.AddHours(-13).AddTicks(-1), Noon.AddDays(-40));

        Assert.Equal(["app20261121.log", "app20261122.log"], _oss.Keys);
        Assert.Equal("2\n", _oss.Text("app20261121.log"));
        Assert.Equal("0\n1\n3\n4\n", _oss.Text("app20261122.log"));
    }

    [Fact]
    public void LateEvent_GoesToItsPeriodWithinTheGraceAndElseToTheCurrent()
    {
        var interval = Gen.Int[0, 5].Select(i => (OssRollingInterval)i);
        var format = Gen.Int[0, 3].Select(i => new[] { "yyyy", "yyyyMMdd", "yyyyMMddHH", "O" }[i]);
        Gen.Select(interval, format, Gen.Long[0, TimeSpan.TicksPerDay * 800], Gen.Long[0, TimeSpan.TicksPerDay * 500]).Sample((roll, shown, age, grace) =>
        {
            var policy = new RollingPolicy(roll, [shown], localZone: null, sizeLimit: null);
            var time = Noon.AddTicks(-age);
            var filed = new LateEvents(policy, new TimeSpan(grace), _time).File(new LogRecord(time, default)).Time;

            var isLate = policy.PeriodOf(Noon).Start - time > new TimeSpan(grace);
            Assert.Equal(policy.PeriodOf(isLate ? Noon : time), policy.PeriodOf(filed));
            Assert.True(policy.PeriodOf(time) != policy.PeriodOf(Noon) || !isLate);
        });
    }

    [Fact]
    public void KeysWithoutATime_KnowNoLateness()
    {
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, sizeLimit: null);

        Assert.Equal(DateTimeOffset.MinValue, new LateEvents(policy, TimeSpan.Zero, _time).File(new LogRecord(DateTimeOffset.MinValue, default)).Time);
    }

    [Fact]
    public async Task WhatWaitsOnDiskForDays_StaysWithItsObject()
    {
        var world = new BufferWorld { IsOssDown = true };
        world.Options.ObjectKey = "app.log";
        world.Options.RollingInterval = OssRollingInterval.Day;
        world.Options.LateEventGrace = TimeSpan.Zero;
        var appender = world.Start();
        Assert.True(appender.TryAppend(Record("in time\n", world.Time.GetUtcNow())));
        Assert.True(appender.TryAppend(Record("late\n", world.Time.GetUtcNow().AddDays(-2))));
        Assert.True(await world.FlushAsync(appender, OssFlushTarget.Disk));

        world.Time.Advance(TimeSpan.FromDays(5));
        world.IsOssDown = false;
        Assert.True(await world.FlushAsync(appender, OssFlushTarget.Oss));
        Assert.True(await world.CloseAsync(appender, TimeSpan.FromMinutes(1)));

        Assert.Equal("in time\nlate\n", world.Oss.Text(Assert.Single(world.Oss.Keys)));
        Assert.Equal("app20261122.log", Assert.Single(world.Oss.Keys));
    }

    private async Task DeliverAsync(TimeSpan? grace, params DateTimeOffset[] times)
    {
        var options = Options(_oss);
        options.RollingInterval = OssRollingInterval.Day;
        options.LateEventGrace = grace;
        options.TimeProvider = _time;
        await using var appender = new OssAppender(options);
        foreach (var (time, number) in times.Select((t, i) => (t, i)))
            Assert.True(appender.TryAppend(Record($"{number}\n", time)));
        await appender.FlushOrFailAsync();
    }
}
