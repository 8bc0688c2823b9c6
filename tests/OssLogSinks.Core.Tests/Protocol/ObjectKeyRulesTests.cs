using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Tests.Protocol;

public class ObjectKeyRulesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b/../c")]
    [InlineData("日志/😀.log")]
    [InlineData("?x")]
    public void ValidKey_HasNoFault(string key) => Assert.Null(ObjectKeyRules.FaultOf(key));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("\\a")]
    public void InvalidKey_HasAFault(string? key) => Assert.NotNull(ObjectKeyRules.FaultOf(key));

    [Fact]
    public void HalfASurrogatePair_IsAFault()
    {
        Assert.NotNull(ObjectKeyRules.FaultOf("a" + (char)0xD83D));
        Assert.NotNull(ObjectKeyRules.FaultOf((char)0xDE00 + "a"));
        Assert.NotNull(ObjectKeyRules.FaultOf("" + (char)0xD83D + "b"));
    }

    [Fact]
    public void Length_CountsUtf8Bytes()
    {
        Assert.Null(ObjectKeyRules.FaultOf(new string('a', 1023)));
        Assert.NotNull(ObjectKeyRules.FaultOf(new string('a', 1024)));
        Assert.Null(ObjectKeyRules.FaultOf(new string('日', 341)));
        Assert.NotNull(ObjectKeyRules.FaultOf(new string('日', 341) + "a"));
    }
}
