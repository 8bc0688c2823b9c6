using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests.Client.Credentials;

public class EnvironmentCredentialsProviderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OssVariables_GoBeforeTheGeneralOnes()
    {
        var given = await Provider(
            ("OSS_ACCESS_KEY_ID", " id1 "), ("OSS_ACCESS_KEY_SECRET", "secret1\n"), ("OSS_SESSION_TOKEN", "token1"),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id2"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret2")).GetCredentialsAsync(null, Cancel);

        Assert.Equal(("id1", "secret1", "token1"), (given.AccessKeyId, given.AccessKeySecret.Reveal(), given.SecurityToken?.Reveal()));
    }

    [Fact]
    public async Task GeneralVariables_ServeWhenThereAreNoOthers()
    {
        var given = await Provider(
            ("OSS_ACCESS_KEY_ID", " "), ("OSS_SESSION_TOKEN", "of another set"),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id2"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret2"),
            ("ALIBABA_CLOUD_SECURITY_TOKEN", "token2")).GetCredentialsAsync(null, Cancel);

        Assert.Equal(("id2", "secret2", "token2"), (given.AccessKeyId, given.AccessKeySecret.Reveal(), given.SecurityToken?.Reveal()));
    }

    [Fact]
    public async Task MissingVariables_AreNamed()
    {
        var none = await Failure(Provider());
        var half = await Failure(Provider(
            ("OSS_ACCESS_KEY_ID", "id1"), ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id2"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret2")));

        Assert.Equal(
            "No credentials in the environment: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
            none);
        Assert.Equal("The environment variable OSS_ACCESS_KEY_SECRET is not set although OSS_ACCESS_KEY_ID is.", half);
    }

    private static EnvironmentCredentialsProvider Provider(params (string Name, string Value)[] variables)
    {
        var table = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        return new EnvironmentCredentialsProvider(table.GetValueOrDefault);
    }

    private static async Task<string> Failure(EnvironmentCredentialsProvider provider) =>
        (await Assert.ThrowsAsync<OssCredentialsException>(async () => await provider.GetCredentialsAsync(null, Cancel))).Message;
}
