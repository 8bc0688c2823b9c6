using OssLogSinks.Emulator.Tool;

namespace OssLogSinks.Emulator.Tests.Tool;

public class ToolArgumentsTests
{
    [Fact]
    public void NoArguments_GiveTheFixedPortAndOneBucket()
    {
        var (settings, faults) = ToolArguments.Parse([]);

        Assert.Empty(faults);
        Assert.Equal((ToolSettings.DefaultPort, "logs"), (settings.Options.Port, settings.Options.Buckets.Single()));
        Assert.Null(settings.Options.DataFolder);
    }

    [Fact]
    public void EveryOption_IsRead()
    {
        var (settings, faults) = ToolArguments.Parse(
        [
            "--port", "0", "--bucket", "a-bucket", "--bucket", "b-bucket", "--data", "d", "--sync", "--preload", ".", "--access-key-id", "id",
            "--access-key-secret", "secret", "--security-token", "token", "--token-lifetime", "60", "--region", "cn-beijing", "--https",
            "--certificate-folder", "c", "--no-page",
        ]);

        var options = settings.Options;
        Assert.Empty(faults);
        Assert.Equal(["a-bucket", "b-bucket"], options.Buckets);
        Assert.Equal((0, "d", true, "id", "secret", "cn-beijing", false), (options.Port, options.DataFolder, options.SyncData, options.AccessKeyId, options.AccessKeySecret, options.Region, options.ServePage));
        Assert.Equal((".", true, "c"), (settings.PreloadFolder, settings.IsHttps, settings.CertificateFolder));
        Assert.Equal(("id", "token"), (options.Credentials.Single().AccessKeyId, options.Credentials.Single().SecurityToken));
        Assert.NotNull(options.Credentials.Single().Expiration);
    }

    [Fact]
    public void EverythingWrong_IsToldAtOnce()
    {
        var (_, faults) = ToolArguments.Parse(["--port", "many", "stray", "--bucket", "--token-lifetime", "soon", "--preload", "/no/such/folder", "--bucket", "My_Logs", "--region", "", "--data"]);

        Assert.Equal(
            [
                "--port is 'many'. Use a number from 0 to 65535.",
                "'stray' is not an option.",
                "--bucket needs a value.",
                "--token-lifetime is 'soon'. Use a number of seconds.",
                "--preload is '/no/such/folder'. There is no such folder.",
                "--bucket is 'My_Logs'. Use 3 to 63 lowercase letters, digits and hyphens, with no hyphen at the ends.",
                "--region needs a value.",
                "--data needs a value.",
            ],
            faults);
    }
}
