using System.Text;
using OssLogSinks.Emulator;

namespace Samples.Shared;

/// <summary>An OSS of the sample's own, for as long as no endpoint is configured: nothing to install, no account, no internet.</summary>
internal sealed class LocalOss : IAsyncDisposable
{
    private readonly OssEmulator? _emulator;
    private readonly string _bucket;

    private LocalOss(OssEmulator? emulator, string bucket)
    {
        _emulator = emulator;
        _bucket = bucket;
    }

    /// <summary>Starts one unless the section names an endpoint or a region of the real one, and writes into the section where it is.</summary>
    public static async Task<LocalOss> StartUnlessConfiguredAsync(ConfigurationManager configuration, string section)
    {
        var settings = configuration.GetSection(section);
        if (!string.IsNullOrWhiteSpace(settings["endpoint"]) || !string.IsNullOrWhiteSpace(settings["region"]))
            return new LocalOss(null, "");

        var bucket = settings["bucket"] ?? throw new InvalidOperationException($"{section}:bucket is not set.");
        var options = new OssEmulatorOptions();
        options.Buckets.Add(bucket);
        var emulator = await OssEmulator.StartAsync(options);
        configuration.AddInMemoryCollection(
        [
            new($"{section}:endpoint", emulator.Endpoint.ToString()),
            new($"{section}:region", emulator.Region),
            new($"{section}:accessKeyId", emulator.AccessKeyId),
            new($"{section}:accessKeySecret", emulator.AccessKeySecret),
        ]);
        Console.WriteLine($"No endpoint is configured: appending to an OSS of this sample's own, {emulator.Endpoint}.");
        return new LocalOss(emulator, bucket);
    }

    /// <summary>With an OSS of the sample's own, a page that shows what stands in the bucket.</summary>
    public void MapBucketPage(WebApplication app)
    {
        if (_emulator is not null)
            app.MapGet("/bucket", Describe);
    }

    /// <summary>Says what stands in the bucket, then ends this OSS: the logger has to be closed before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_emulator is null)
            return;

        Console.WriteLine(Describe());
        await _emulator.DisposeAsync();
    }

    private string Describe()
    {
        var text = new StringBuilder();
        foreach (var found in _emulator!.ListObjects(_bucket))
        {
            text.Append('\n').Append(found.Key).Append('\n');
            text.Append(Encoding.UTF8.GetString(_emulator.ReadObject(_bucket, found.Key)));
        }

        return text.Length == 0 ? "The bucket is empty." : text.ToString();
    }
}
