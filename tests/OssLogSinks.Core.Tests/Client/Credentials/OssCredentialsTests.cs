using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

public class OssCredentialsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Text_NamesTheKeyAndNoSecret()
    {
        Assert.Equal("access key AK", new OssCredentials("AK", "SECRET").ToString());
        Assert.Equal("temporary access key AK", new OssCredentials("AK", "SECRET", "TOKEN").ToString());
    }

    [Theory]
    [InlineData("AK", "SECRET", "TOKEN", true)]
    [InlineData("AK", "SECRET", null, false)]
    [InlineData("AK", "OTHER", "TOKEN", false)]
    [InlineData("OTHER", "SECRET", "TOKEN", false)]
    public void Matches_ComparesAllParts(string id, string secret, string? token, bool matches) =>
        Assert.Equal(matches, new OssCredentials("AK", "SECRET", "TOKEN").Matches(new OssCredentials(id, secret, token)));

    [Fact]
    public async Task StaticProvider_GivesTheSameAlways()
    {
        var credentials = new OssCredentials("AK", "SECRET");
        var provider = new StaticCredentialsProvider(credentials);

        Assert.Same(credentials, await provider.GetCredentialsAsync(null, Cancel));
        Assert.Same(credentials, await provider.GetCredentialsAsync(credentials, Cancel));
    }

    // What a mounted file or a variable ends with.
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" ")]
    [InlineData("\t\n")]
    [InlineData("\uFEFF")]
    public void LineEndAroundAPart_IsCut(string end)
    {
        var credentials = new OssCredentials(end + "AK" + end, "SECRET" + end, "TOKEN" + end);

        Assert.Equal("AK", credentials.AccessKeyId);
        Assert.Equal("SECRET", credentials.AccessKeySecret.Reveal());
        Assert.Equal("TOKEN", credentials.SecurityToken!.Reveal());
    }

    [Fact]
    public void CharacterThatNoHeaderMayHold_IsRefusedInEachPart()
    {
        foreach (var c in Enumerable.Range(0, 0x180).Append(0x2028).Append(0x200E).Append(0xFF21).Append(0xD83D).Select(number => (char)number).Where(c => c is <= ' ' or > '~'))
        {
            var part = $"token{c}X-Evil:1";

            Assert.Equal(
                ["AccessKeyId", "AccessKeySecret", "SecurityToken"],
                OssCredentials.Validate(part, part, part).Select(fault => fault.Setting));
            Assert.Throws<InvalidCredentialsException>(() => new OssCredentials("AK", "SECRET", part));
        }
    }
}
