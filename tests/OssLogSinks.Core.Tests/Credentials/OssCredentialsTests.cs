using OssLogSinks.Core.Credentials;

namespace OssLogSinks.Core.Tests.Credentials;

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
}
