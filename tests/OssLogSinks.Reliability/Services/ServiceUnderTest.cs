using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;

namespace OssLogSinks.Reliability.Services;

/// <summary>The OSS that is logged to: the built-in one, or the one that the environment names.</summary>
internal sealed class ServiceUnderTest : IAsyncDisposable
{
    private ServiceUnderTest(OssEmulator? emulator) => Emulator = emulator;

    /// <summary>The built-in OSS; null for any other, which plays its own faults.</summary>
    public OssEmulator? Emulator { get; }

    public required string Endpoint { get; init; }

    public required string Region { get; init; }

    public required string Bucket { get; init; }

    public required string AccessKeyId { get; init; }

    public required string AccessKeySecret { get; init; }

    public string? SecurityToken { get; init; }

    /// <summary>Gives the keys of the writers; null for the fixed ones.</summary>
    public IOssCredentialsProvider? WritersCredentials { get; set; }

    public static async Task<ServiceUnderTest> OpenAsync(bool keepsBodies = true)
    {
        if (Environment.GetEnvironmentVariable("OSS_ENDPOINT") is { Length: > 0 } endpoint)
        {
            return new ServiceUnderTest(null)
            {
                Endpoint = endpoint,
                Region = Variable("OSS_REGION"),
                Bucket = Variable("OSS_BUCKET"),
                AccessKeyId = Variable("OSS_ACCESS_KEY_ID"),
                AccessKeySecret = Variable("OSS_ACCESS_KEY_SECRET"),
                SecurityToken = Environment.GetEnvironmentVariable("OSS_SESSION_TOKEN") is { Length: > 0 } token ? token : null,
            };
        }

        var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { RecordRequests = false, KeepBodies = keepsBodies });
        return new ServiceUnderTest(emulator)
        {
            Endpoint = emulator.Endpoint.ToString(),
            Region = emulator.Region,
            Bucket = "logs",
            AccessKeyId = emulator.AccessKeyId,
            AccessKeySecret = emulator.AccessKeySecret,
        };
    }

    /// <summary>A client to read back with.</summary>
    public OssClient CreateClient() => new(new OssClientOptions
    {
        Endpoint = Endpoint,
        Region = Region,
        Bucket = Bucket,
        Credentials = new StaticCredentialsProvider(AccessKeyId, AccessKeySecret, SecurityToken),
    });

    /// <summary>Tells a child process where this OSS is, in the way in which it looks for one.</summary>
    public void Announce(IDictionary<string, string?> environment)
    {
        environment["OSS_ENDPOINT"] = Endpoint;
        environment["OSS_REGION"] = Region;
        environment["OSS_BUCKET"] = Bucket;
        environment["OSS_ACCESS_KEY_ID"] = AccessKeyId;
        environment["OSS_ACCESS_KEY_SECRET"] = AccessKeySecret;
        environment["OSS_SESSION_TOKEN"] = SecurityToken ?? "";
    }

    /// <summary>Ends the built-in OSS's faults, and waits for the writes that it put off.</summary>
    public async Task CalmAsync()
    {
        if (Emulator is null)
            return;

        Emulator.Faults.Clear();
        await Emulator.Faults.WhenLandedAsync();
    }

    public ValueTask DisposeAsync() => Emulator?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"OSS_ENDPOINT is set, so {name} has to be set too.");
}
