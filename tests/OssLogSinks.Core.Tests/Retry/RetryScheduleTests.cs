using CsCheck;
using OssLogSinks.Core.Retry;

namespace OssLogSinks.Core.Tests.Retry;

public class RetryScheduleTests
{
    private static readonly RetrySchedule Schedule = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20));

    [Theory]
    [InlineData(1, 0.5, 100)]
    [InlineData(2, 0.5, 200)]
    [InlineData(3, 1.0, 800)]
    [InlineData(7, 1.0, 12_800)]
    [InlineData(8, 1.0, 20_000)]
    [InlineData(1_000_000, 0.25, 5_000)]
    public void Delay_DoublesUpToItsLimitTimesChance(int failures, double chance, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Schedule.DelayAfter(failures, chance));

    [Fact]
    public void AnyDelay_IsFromNothingToTheLimit()
    {
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Double[0, 1]).Sample((failures, chance) =>
        {
            var delay = Schedule.DelayAfter(failures, chance);
            return delay >= TimeSpan.Zero && delay <= TimeSpan.FromSeconds(20);
        });
    }
}
