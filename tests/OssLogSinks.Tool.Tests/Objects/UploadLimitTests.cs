using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Tool.Compacting;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Objects;

/// <summary>An append of many bytes may take long; all other requests end soon.</summary>
public sealed class UploadLimitTests : ToolTest
{
    private static readonly TimeSpan Default = TimeSpan.FromMinutes(1);

    [Fact]
    public void Limit_GrowsWithTheBytesOfTheAppend()
    {
        var settings = new BucketSettings { Credentials = new StaticCredentialsProvider("id", "secret") };

        Assert.Equal(Default, settings.RequestTimeout);
        Assert.Equal(Default, settings.ForUploads(0).RequestTimeout);
        Assert.Equal(Default + TimeSpan.FromSeconds(2048), settings.ForUploads(256 << 20).RequestTimeout);
        Assert.InRange(settings.ForUploads(Array.MaxLength).RequestTimeout, Default, TimeSpan.FromHours(5));
    }

    // The client for uploads may do nothing but append, and the other one everything else.
    [Fact]
    public async Task ParquetObject_IsAllThatIsSentWithTheLongLimit()
    {
        Append("s/a.log", Clef(1, "a"));
        Emulator.SetCredentials(new EmulatedCredentials("others", "others-secret") { DeniedActions = ["oss:PutObject"] });
        Emulator.SetCredentials(new EmulatedCredentials("uploads", "uploads-secret") { DeniedActions = ["oss:GetObject", "oss:ListObjects"] });
        using var client = SettingsOf("others").Open();
        var lengths = new List<long>();
        var target = new BucketTarget(client, Open, "p/", TimeProvider.System);
        var compaction = new Compaction(client, target, new CompactSettings(TimeSpan.Zero, 1 << 20, DeletesSources: false, IsDryRun: false), TimeProvider.System, _ => { });

        await compaction.RunAsync(await client.FindAsync([ObjectPath.Parse("s/")], TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        var written = Emulator.ListObjects(Bucket, "p/").Single();
        Assert.Equal([written.Length], lengths);

        OssClient Open(long length)
        {
            lengths.Add(length);
            return SettingsOf("uploads").Open();
        }
    }

    private BucketSettings SettingsOf(string key) => new()
    {
        Bucket = Bucket,
        Endpoint = Emulator.Endpoint.ToString(),
        Credentials = new StaticCredentialsProvider(key, key + "-secret"),
    };
}
