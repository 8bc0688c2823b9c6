using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Extensions.Hosting.Tests;

public class OssAppendHealthCheckTests
{
    private readonly FakeTimeProvider _time = new();
    private DeliverySnapshot _snapshot = new() { Accepted = 10, Delivered = 9 };

    [Fact]
    public async Task SnapshotWithoutTrouble_IsDelivering()
    {
        _snapshot = _snapshot with { OldestUndelivered = TimeSpan.FromSeconds(59), Name = "orders" };

        var result = await CheckAsync(Check());

        Assert.Equal(HealthStatus.Healthy, result.Status);
        Assert.Equal("Delivering.", result.Description);
        Assert.Equal("delivering", result.Data["state"]);
        Assert.Equal("orders", result.Data["name"]);
        Assert.Equal(59.0, result.Data["oldestUndeliveredSeconds"]);
        Assert.Equal(10L, result.Data["accepted"]);
        Assert.Equal(9L, result.Data["delivered"]);
    }

    [Fact]
    public async Task EventThatWaitsTooLong_IsDelayed()
    {
        _snapshot = _snapshot with { OldestUndelivered = TimeSpan.FromSeconds(60) };

        var result = await CheckAsync(Check());

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Equal("delayed", result.Data["state"]);
        Assert.Contains("60 s", result.Description);
    }

    [Fact]
    public async Task Loss_IsToldForAWhile_ThenForgotten()
    {
        var check = Check(o => o.LosingFor = TimeSpan.FromMinutes(2));
        Lose(DropReason.QueueFull, 3);

        var atOnce = await CheckAsync(check);
        _time.Advance(TimeSpan.FromSeconds(119));
        var later = await CheckAsync(check);
        _time.Advance(TimeSpan.FromSeconds(1));
        var after = await CheckAsync(check);

        Assert.Equal(HealthStatus.Unhealthy, atOnce.Status);
        Assert.Equal("losing", atOnce.Data["state"]);
        Assert.Equal(3L, atOnce.Data["dropped"]);
        Assert.Equal(3L, atOnce.Data["dropped.QueueFull"]);
        Assert.Contains("3 event(s) were dropped (QueueFull 3)", atOnce.Description);
        Assert.Equal(HealthStatus.Unhealthy, later.Status);
        Assert.Equal(119.0, later.Data["secondsSinceLoss"]);
        Assert.Equal(HealthStatus.Healthy, after.Status);
        Assert.Equal(3L, after.Data["dropped"]);
    }

    [Fact]
    public async Task NextLoss_BeginsTheTimeAgain()
    {
        var check = Check(o => o.LosingFor = TimeSpan.FromMinutes(2));
        Lose(DropReason.QueueFull, 3);
        await CheckAsync(check);
        _time.Advance(TimeSpan.FromSeconds(90));
        Lose(DropReason.QueueFull, 4);
        await CheckAsync(check);
        _time.Advance(TimeSpan.FromSeconds(90));

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(check)).Status);
    }

    [Fact]
    public async Task CountsThatBeginAgain_AreNoLoss_UntilOneComes()
    {
        var check = Check();
        Lose(DropReason.TooLarge, 3);
        await CheckAsync(check);
        _time.Advance(TimeSpan.FromHours(1));

        _snapshot = new DeliverySnapshot();
        var anew = await CheckAsync(check);
        Lose(DropReason.TooLarge, 1);
        var lost = await CheckAsync(check);

        Assert.Equal(HealthStatus.Healthy, anew.Status);
        Assert.Equal(HealthStatus.Unhealthy, lost.Status);
    }

    [Fact]
    public async Task WhatCannotBeReadFromTheBuffer_IsALoss()
    {
        _snapshot = _snapshot with { QuarantinedRecords = 2 };

        var result = await CheckAsync(Check());

        Assert.Equal("losing", result.Data["state"]);
        Assert.Contains("unreadable in the buffer 2", result.Description);
    }

    [Fact]
    public async Task LossWhileDelayed_IsALoss()
    {
        _snapshot = _snapshot with { OldestUndelivered = TimeSpan.FromHours(1) };
        Lose(DropReason.RetryTimeOver, 1);

        Assert.Equal("losing", (await CheckAsync(Check())).Data["state"]);
    }

    [Fact]
    public async Task FirstFailure_IsFailing_AndSaysWhatWhyAndSinceWhen()
    {
        Fail();

        var result = await CheckAsync(Check());

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Equal(
            "Failing since 2026-03-05T04:05:06Z: HeadObject failed: 127.0.0.1:1 refuses connections. Correct the port. 0 event(s) were delivered since the start; the oldest undelivered one has waited 2 s.",
            result.Description);
        Assert.Equal("failing", result.Data["state"]);
        Assert.Equal("HeadObject failed: 127.0.0.1:1 refuses connections.", result.Data["lastFailure"]);
        Assert.Equal("ConnectionRefused", result.Data["lastFailureKind"]);
        Assert.Equal("Correct the port.", result.Data["lastFailureAdvice"]);
        Assert.Equal(new DateTimeOffset(2026, 3, 5, 4, 6, 0, TimeSpan.Zero), result.Data["lastFailureTime"]);
        Assert.Equal(new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero), result.Data["troubleSince"]);
        Assert.Equal(7L, result.Data["failures"]);
    }

    [Fact]
    public async Task TroubleThatIsOver_IsDelivering_AndStillTellsTheLastFailure()
    {
        Fail();
        _snapshot = _snapshot with { TroubleSince = null };

        var result = await CheckAsync(Check());

        Assert.Equal(HealthStatus.Healthy, result.Status);
        Assert.Equal("HeadObject failed: 127.0.0.1:1 refuses connections.", result.Data["lastFailure"]);
        Assert.DoesNotContain("troubleSince", result.Data.Keys);
    }

    [Fact]
    public async Task TroubleWhileDelayed_IsToldAsTrouble()
    {
        Fail();
        _snapshot = _snapshot with { OldestUndelivered = TimeSpan.FromHours(1) };

        var result = await CheckAsync(Check());

        Assert.Equal("failing", result.Data["state"]);
        Assert.EndsWith("has waited 3600 s.", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LossInTrouble_IsALoss_AndTellsTheTrouble()
    {
        Fail();
        Lose(DropReason.RetryTimeOver, 1);

        var result = await CheckAsync(Check());

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("There is trouble since 2026-03-05T04:05:06Z: HeadObject failed: 127.0.0.1:1 refuses connections. Correct the port.", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureStatus_IsTheRegistrations()
    {
        Lose(DropReason.QueueFull, 1);

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(Check(), HealthStatus.Degraded)).Status);
    }

    [Fact]
    public void WrongSettings_AreAllNamed_WithTheirValues()
    {
        var exception = Assert.Throws<OssSettingsException>(() => Check(o =>
        {
            o.DelayedAfter = TimeSpan.Zero;
            o.LosingFor = TimeSpan.FromDays(25);
            o.TimeProvider = null!;
        }));

        Assert.Equal(["DelayedAfter", "LosingFor", "TimeProvider"], exception.Faults.Select(f => f.Setting));
        Assert.Contains("is 00:00:00, but must be more than zero", exception.Message, StringComparison.Ordinal);
    }

    private OssAppendHealthCheck Check(Action<OssAppendHealthCheckOptions>? configure = null)
    {
        var options = new OssAppendHealthCheckOptions { TimeProvider = _time };
        configure?.Invoke(options);
        return new OssAppendHealthCheck(() => _snapshot, options);
    }

    private void Fail() => _snapshot = new DeliverySnapshot
    {
        Accepted = 10,
        OldestUndelivered = TimeSpan.FromSeconds(2),
        TroubleSince = new DateTimeOffset(2026, 3, 5, 4, 5, 6, TimeSpan.Zero),
        LastFailure = new DeliveryFailure(
            new DateTimeOffset(2026, 3, 5, 4, 6, 0, TimeSpan.Zero), OssFailureKind.ConnectionRefused, "HeadObject failed: 127.0.0.1:1 refuses connections.", "Correct the port.", 7),
    };

    private void Lose(DropReason reason, long total) =>
        _snapshot = _snapshot with { Dropped = new Dictionary<DropReason, long> { [reason] = total } };

    private static Task<HealthCheckResult> CheckAsync(OssAppendHealthCheck check, HealthStatus failureStatus = HealthStatus.Unhealthy) =>
        check.CheckHealthAsync(
            new HealthCheckContext { Registration = new HealthCheckRegistration("oss", check, failureStatus, []) }, TestContext.Current.CancellationToken);
}
