// snippet: usings
using System.IO.Compression;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
// end

namespace Quickstart.Snippets;

/// <summary>The lines of docs/reading-logs.md that read objects in code, compiled.</summary>
internal static class ReadSnippet
{
    public static async Task PrintAsync()
    {
        // snippet: read
        using var client = new OssClient(new OssClientOptions
        {
            Bucket = "my-logs",
            Region = "cn-hangzhou",
            Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"), // Not set: the public endpoint of the region.
            Credentials = new EnvironmentCredentialsProvider(),
        });

        string? next = null;
        do
        {
            var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = "shop/", ContinuationToken = next }, CancellationToken.None);
            foreach (var found in page.Objects)
            {
                using var answer = await client.GetObjectAsync(new GetObjectRequest(found.Key), CancellationToken.None);
                var isGzip = found.Key.EndsWith(".gz", StringComparison.Ordinal);
                await using var text = isGzip ? new GZipStream(answer.Content, CompressionMode.Decompress) : answer.Content;
                await text.CopyToAsync(Console.OpenStandardOutput());
            }

            next = page.NextContinuationToken;
        }
        while (next is not null);
        // end
    }
}
