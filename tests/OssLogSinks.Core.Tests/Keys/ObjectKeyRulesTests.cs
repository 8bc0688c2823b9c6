using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Tests.Keys;

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

    // The platform's Uri as it is on .NET Framework and Mono: without the switch that keeps it from looking at the path.
    [Fact]
    public void WhatAUriChanges_IsKnown()
    {
        foreach (var c in Enumerable.Range(1, char.MaxValue).Select(number => (char)number).Where(c => !char.IsSurrogate(c)))
        {
            var key = "a" + c + "b";
            var sent = new Uri("http://host/" + PercentEncoding.Path(key)).AbsolutePath[1..];

            Assert.True(ObjectKeyRules.IsChangedByUri(key) || Uri.UnescapeDataString(sent) == key, $"U+{(int)c:X4}");
        }
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a\u200Eb")]
    [InlineData("\u202E")]
    public void KeyThatAUriChanges_IsKnown(string key) => Assert.True(ObjectKeyRules.IsChangedByUri(key));
}
