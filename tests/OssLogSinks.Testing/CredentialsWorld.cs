using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Testing;

/// <summary>
/// A machine of the test's own: its environment variables, its home folder, and a <see cref="CredentialsServer"/> for what is asked over the
/// network. What the test creates while it is entered sees this machine.
/// </summary>
public sealed class CredentialsWorld : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _variables = new();
    private readonly Lazy<string> _home = new(() => Directory.CreateTempSubdirectory("credentials-").FullName);
    private int _issued;

    private CredentialsWorld(CredentialsServer server, TimeProvider time)
    {
        Server = server;
        Time = time;
        server.Issue = () => Temporary(Interlocked.Increment(ref _issued));
    }

    public CredentialsServer Server { get; }

    public TimeProvider Time { get; }

    /// <summary>The clock, where the test turns it.</summary>
    public FakeTimeProvider Clock => (FakeTimeProvider)Time;

    public string Home => _home.Value;

    /// <summary>How long issued credentials live.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <param name="time">The clock of the machine and the server; null for one that the test turns.</param>
    /// <param name="certificate">The certificate of STS, which is then asked at its real addresses; null for an STS without TLS on this machine.</param>
    public static async Task<CredentialsWorld> StartAsync(TimeProvider? time = null, X509Certificate2? certificate = null)
    {
        var clock = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero));
        return new CredentialsWorld(await CredentialsServer.StartAsync(clock, certificate), clock);
    }

    /// <summary>Sets an environment variable; null removes it.</summary>
    public CredentialsWorld With(string variable, string? value)
    {
        if (value is null)
            _variables.TryRemove(variable, out _);
        else
            _variables[variable] = value;
        return this;
    }

    /// <summary>Writes a file in the home folder.</summary>
    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        With("HOME", Home);
        return path;
    }

    /// <summary>Sets what ACK injects into a pod.</summary>
    public string SetUpRrsa(string token = "oidc-token")
    {
        var file = WriteFile("token", token);
        With("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1234567890123456:role/log-writer").With("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890123456:oidc-provider/ack").With("ALIBABA_CLOUD_OIDC_TOKEN_FILE", file);
        return file;
    }

    /// <summary>Lets what the test creates from here on see this machine.</summary>
    public void Enter() => CredentialsSurroundings.UseInThisTest(new CredentialsSurroundings
    {
        Variable = name => _variables.GetValueOrDefault(name),
        Time = Time,
        MetadataService = Server.Address,
        StsAddress = host =>
        {
            Server.StsHosts.Enqueue(host);
            return Server.SecureAddress is null ? Server.Address : new Uri("https://" + host);
        },
        Chance = () => 0.5,
    });

    /// <summary>A provider of this machine, by its word.</summary>
    public IOssCredentialsProvider Provider(string word)
    {
        Enter();
        return OssCredentialsProviders.FromName(word);
    }

    public OssCredentials Temporary(int number) => new("STS." + number.ToString(CultureInfo.InvariantCulture), "issued-secret-" + number.ToString(CultureInfo.InvariantCulture), "issued-token-" + number.ToString(CultureInfo.InvariantCulture))
    {
        Expiration = Time.GetUtcNow() + Lifetime,
    };

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        if (_home.IsValueCreated)
            Directory.Delete(_home.Value, recursive: true);
    }
}
