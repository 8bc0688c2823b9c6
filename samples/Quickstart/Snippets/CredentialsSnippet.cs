// snippet: usings
using OssLogSinks.Core.Client.Credentials;
using Serilog;
using Serilog.Debugging;
// end

namespace Quickstart.Snippets;

/// <summary>Temporary credentials from a function, as in docs/getting-started.md, compiled.</summary>
internal static class CredentialsSnippet
{
    public static void LogWith(Func<CancellationToken, Task<(string Id, string Secret, string Token, DateTimeOffset End)>> fetchFromStsAsync)
    {
        // snippet: delegate
        SelfLog.Enable(Console.Error);
        var credentials = new DelegateCredentialsProvider(async cancellationToken =>
        {
            var fetched = await fetchFromStsAsync(cancellationToken);
            return new OssCredentials(fetched.Id, fetched.Secret, fetched.Token) { Expiration = fetched.End };
        });

        Log.Logger = new LoggerConfiguration()
            .WriteTo.OssAppend(
                bucket: "my-logs",
                region: "cn-hangzhou",
                endpoint: Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
                objectKey: "shop/{MachineName}/app-{InstanceId}.log",
                credentials: credentials)
            .CreateLogger();
        // end
    }
}
