namespace OssLogSinks.Conventions.Tests;

public class SmokeTests
{
    [Fact]
    public void Runs() => Assert.True(true);
}
