using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;

namespace Quickstart;

/// <summary>The OSS that is logged to: the built-in one, or the one that the environment names.</summary>
internal sealed class BucketUnderTest : IAsyncDisposable
{
    private readonly OssEmulator? _emulator;

    private BucketUnderTest(OssEmulator? emulator) => _emulator = emulator;

    public required string Description { get; init; }

    public required string Endpoint { get; init; }

    public required string Region { get; init; }

    public required string Bucket { get; init; }

    public required string AccessKeyId { get; init; }

    public required string AccessKeySecret { get; init; }

    public string? SecurityToken { get; init; }

    /// <summary>Where to look at the built-in OSS; null for any other OSS.</summary>
    public Uri? Page => _emulator?.Page;

    /// <summary>What went wrong on the way to the built-in OSS: how many requests, of how many, by kind; null for any other OSS.</summary>
    public string? Faults => _emulator is null ? null : FaultsOf(_emulator);

    /// <summary>A client to read back with.</summary>
    public OssClient CreateClient() => new(new OssClientOptions
    {
        Endpoint = Endpoint,
        Region = Region,
        Bucket = Bucket,
        Credentials = new StaticCredentialsProvider(AccessKeyId, AccessKeySecret, SecurityToken),
    });

    public static async Task<BucketUnderTest> OpenAsync(QuickstartArguments arguments)
    {
        if (Environment.GetEnvironmentVariable("OSS_ENDPOINT") is { Length: > 0 } endpoint)
        {
            return new BucketUnderTest(null)
            {
                Description = $"{endpoint}, bucket '{Variable("OSS_BUCKET")}'",
                Endpoint = endpoint,
                Region = Variable("OSS_REGION"),
                Bucket = Variable("OSS_BUCKET"),
                AccessKeyId = Variable("OSS_ACCESS_KEY_ID"),
                AccessKeySecret = Variable("OSS_ACCESS_KEY_SECRET"),
                SecurityToken = Environment.GetEnvironmentVariable("OSS_SESSION_TOKEN"),
            };
        }

        var emulator = await OssEmulator.StartAsync();
        // A gateway's refusal is taken for an operator's business, and waited for half a minute each.
        if (arguments.FaultRate > 0)
            emulator.Faults.Random(arguments.FaultRate, seed: 1, FaultKinds.AllForSharedObjects & ~FaultKinds.GatewayPage);

        return new BucketUnderTest(emulator)
        {
            Description = $"the built-in OSS at {emulator.Endpoint}" + (arguments.FaultRate > 0 ? $" with {arguments.FaultRate:P0} faults" : ""),
            Endpoint = emulator.Endpoint.ToString(),
            Region = emulator.Region,
            Bucket = "logs",
            AccessKeyId = emulator.AccessKeyId,
            AccessKeySecret = emulator.AccessKeySecret,
        };
    }

    /// <summary>Ends the faults, so that reading back shows what is there.</summary>
    public void Calm() => _emulator?.Faults.Clear();

    public ValueTask DisposeAsync() => _emulator?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string FaultsOf(OssEmulator emulator)
    {
        var kinds = emulator.Faults.Drawn.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key.ToString(), StringComparer.Ordinal).Select(kind => $"{kind.Key} {kind.Value}");
        return $"{emulator.Faults.Injected} of {emulator.Requests.Count} requests went wrong on the way: {string.Join(", ", kinds)}.";
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"OSS_ENDPOINT is set, so {name} has to be set too.");
}
