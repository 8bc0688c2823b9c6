using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;

namespace Samples.Shared;

/// <summary>
/// The bucket that the site logs to. While no endpoint is configured, it is in an OSS of the sample's own: nothing to install, no account, no
/// internet.
/// </summary>
internal sealed class SiteBucket : IAsyncDisposable
{
    private const int MostObjects = 20;
    private const int MostBytes = 16 << 10;

    private readonly OssEmulator? _emulator;
    private readonly OssClient _client;

    private SiteBucket(OssEmulator? emulator, OssClient client)
    {
        _emulator = emulator;
        _client = client;
    }

    /// <summary>
    /// Opens the bucket of a section of the configuration. If the section names no endpoint and no region, an OSS is started, and the section
    /// gets its address.
    /// </summary>
    public static async Task<SiteBucket> OpenAsync(ConfigurationManager configuration, string section)
    {
        var settings = configuration.GetSection(section);
        var bucket = settings["bucket"] ?? throw new InvalidOperationException($"{section}:bucket is not set.");
        OssEmulator? emulator = null;
        if (string.IsNullOrWhiteSpace(settings["endpoint"]) && string.IsNullOrWhiteSpace(settings["region"]))
        {
            var options = new OssEmulatorOptions();
            options.Buckets.Add(bucket);
            emulator = await OssEmulator.StartAsync(options);
            settings["endpoint"] = emulator.Endpoint.ToString();
            settings["region"] = emulator.Region;
            settings["accessKeyId"] = emulator.AccessKeyId;
            settings["accessKeySecret"] = emulator.AccessKeySecret;
            Console.WriteLine($"No endpoint is configured: appending to an OSS of this sample's own, {emulator.Endpoint}.");
        }

        var client = new OssClient(new OssClientOptions
        {
            Endpoint = NullIfEmpty(settings["endpoint"]),
            Region = NullIfEmpty(settings["region"]),
            Bucket = bucket,
            Credentials = NullIfEmpty(settings["accessKeyId"]) is { } id
                ? new StaticCredentialsProvider(id, settings["accessKeySecret"] ?? "")
                : new EnvironmentCredentialsProvider(),
        });
        return new SiteBucket(emulator, client);
    }

    /// <summary>The objects that the site wrote, each with its end.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var page = await _client.ListObjectsAsync(new ListObjectsRequest { Prefix = "site/", MaxKeys = MostObjects }, cancellationToken);
        foreach (var found in page.Objects.Where(found => found.Length > 0))
        {
            var start = Math.Max(0, found.Length - MostBytes);
            var request = new GetObjectRequest(found.Key) { Range = new OssByteRange(start, found.Length - start) };
            using var part = await _client.GetObjectAsync(request, cancellationToken);
            using var reader = new StreamReader(part.Content, Encoding.UTF8);
            text.Append('\n').Append(found.Key).Append('\n').Append(await reader.ReadToEndAsync(cancellationToken));
        }

        return text.Length == 0 ? "The bucket is empty." : text.ToString();
    }

    /// <summary>Says what is in an OSS of the sample's own, then ends it: the logger has to be closed before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_emulator is not null)
        {
            Console.WriteLine(await DescribeAsync(CancellationToken.None));
            await _emulator.DisposeAsync();
        }

        _client.Dispose();
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
