using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Telemetry;

public class SettingFaultTests
{
    [Theory]
    [InlineData(0, "is 0, but must be more.")]
    [InlineData(null, "is null, but must be more.")]
    [InlineData("text", "is 'text', but must be more.")]
    [InlineData("two\r\nlines", "is 'two??lines', but must be more.")]
    public void Value_IsShown_OnOneLine(object? value, string problem) =>
        Assert.Equal(new SettingFault("Size", problem), SettingFault.OfValue("Size", value, "must be more."));

    [Fact]
    public void LongValue_IsCut() =>
        Assert.Equal($"is '{new string('x', 200)}…', but must be less.", SettingFault.OfValue("Size", new string('x', 1000), "must be less.").Problem);

    [Fact]
    public void TimesAndNumbers_AreOfNoCulture() =>
        Assert.Equal("is 1.02:00:00, but must be less.", SettingFault.OfValue("Time", TimeSpan.FromHours(26), "must be less.").Problem);
}
