using System.IO.Compression;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace Quickstart.Snippets;

/// <summary>The lines of docs/reading-logs.md that read objects in code, compiled.</summary>
internal static class ReadSnippet
{
    public static async Task PrintAsync(string endpoint, CancellationToken cancellationToken)
    {
        // snippet: read
        using var client = new OssClient(new OssClientOptions
        {
            Bucket = "my-logs",
            Region = "cn-hangzhou",
            Endpoint = endpoint, // The emulator prints it. Leave it out for OSS.
            Credentials = new EnvironmentCredentialsProvider(),
        });

        string? next = null;
        do
        {
            var page = await client.ListObjectsAsync(new ListObjectsRequest { Prefix = "shop/", ContinuationToken = next }, cancellationToken);
            foreach (var found in page.Objects)
            {
                using var answer = await client.GetObjectAsync(new GetObjectRequest(found.Key), cancellationToken);
                var isGzip = found.Key.EndsWith(".gz", StringComparison.Ordinal);
                await using var text = isGzip ? new GZipStream(answer.Content, CompressionMode.Decompress) : answer.Content;
                await text.CopyToAsync(Console.OpenStandardOutput(), cancellationToken);
            }

            next = page.NextContinuationToken;
        }
        while (next is not null);
        // end
    }
}
