using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.EndToEnd.Tests.Support;
using OssLogSinks.Testing;

namespace OssLogSinks.EndToEnd.Tests.Secrets;

/// <summary>
/// A service full of faults, credentials that fail and change, a damaged buffer folder, and drops: everything that makes the library talk.
/// The secrets have characters that each encoding changes.
/// </summary>
internal sealed class SecretStorm : IAsyncDisposable
{
    private const string Key = "K3y/Secret+Of=The&Storm<Zx9Qv7Lp2>";
    private const string WrongKey = "Wr0ng/Secret+Of=The&Storm<Bm4Tn8Rc1>";
    private const string Token = "T0ken/Of+The=Storm%With\"Quotes<Hd6Wj3Fs5>";
    private const string EmulatorKey = "Em4lator/Secret+Of=The&Storm<Yr5Kp8Wd2>";
    private const string ProxyPassword = "Pr0xy/Password+Of=The&Storm<Gk2Yx7Na9>";
    private const string OidcToken = "0idc/Token+Of=The&Storm<Jw6Rb9Tz3>";
    private const string CallerKey = "C4ller/Secret+Of=The&Storm<Xn2Vd8Lq5>";
    private const string ProcessOutput = "Pr0cess/Output+Of=The&Storm<Mk7Hf4Sy1>";
    private const string UriSignature = "Ur1Signature/Of+The=Storm<Pc5Wg8Zt6>";
    private const UnixFileMode ForOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string KeyId = "STS.storm";

    private readonly BufferFolder _folder = new();
    private OssEmulator? _emulator;
    private AskingProxy? _proxy;
    private CredentialsWorld? _machine;
    private int _signed;

    /// <summary>Words for sources of credentials, each of which fails with a secret in what it reads or is answered.</summary>
    public static IReadOnlyList<string> Sources { get; } =
    [
        "Oidc", "AssumeRole:acs:ram::1234567890123456:role/log-writer;source=Environment", $"Process:/bin/echo '{ProcessOutput}'",
        "Uri:http://127.0.0.1:9/c?signature=" + Uri.EscapeDataString(UriSignature), "Profile", "Chain",
    ];

    /// <summary>What must be found nowhere, signatures included.</summary>
    public LeakSearch Search
    {
        get
        {
            var search = new LeakSearch().Add("key", Key).Add("wrong key", WrongKey).Add("token", Token).Add("proxy password", ProxyPassword).Add("emulator's key", EmulatorKey)
                .Add("OIDC token", OidcToken).Add("caller's key", CallerKey).Add("output of a process", ProcessOutput).Add("signature of a URI", UriSignature);
            foreach (var header in _emulator!.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization")).OfType<string>().Take(10))
                search.Add("Authorization", header).Add("signature", header[(header.LastIndexOf('=') + 1)..]);

            return search;
        }
    }

    public static async Task<SecretStorm> BeginAsync(int seed)
    {
        var options = new OssEmulatorOptions { AccessKeySecret = EmulatorKey };
        options.Credentials.Add(new EmulatedCredentials(KeyId, Key) { SecurityToken = Token });
        var storm = new SecretStorm { _emulator = await OssEmulator.StartAsync(options, TestContext.Current.CancellationToken) };
        storm._proxy = new AskingProxy(storm._emulator.Endpoint);
        storm._machine = await CredentialsWorld.StartAsync(TimeProvider.System);
        storm._machine.SetUpRrsa(OidcToken);
        storm._machine.With("OSS_ACCESS_KEY_ID", "LTAIcaller").With("OSS_ACCESS_KEY_SECRET", CallerKey);
        storm._machine.WriteFile(".aliyun/config.json", $$"""{"current":"storm","profiles":[{"name":"storm","mode":"RamRoleArn","access_key_id":"LTAIcaller","access_key_secret":"{{CallerKey}}"}]}""");
        for (var i = 0; i < 20; i++)
            storm._machine.Server.AnswerNext("/?Action=", CredentialsServer.StsError(400, "SignatureDoesNotMatch", $"It was made of {CallerKey} and {OidcToken.Replace("\"", "", StringComparison.Ordinal)}."));
        storm._emulator.Faults.Random(0.3, seed, FaultKinds.All & ~FaultKinds.EndlessAnswer);
        return storm;
    }

    /// <summary>Settings of a logger in the storm.</summary>
    public void Configure(OssAppenderOptions options)
    {
        options.Endpoint = _emulator!.Endpoint.ToString();
        options.Region = _emulator.Region;
        options.Credentials = new Moody(this);
        options.ObjectKey = "{InstanceId}.log";
        options.BufferPath = _folder.Path;
        options.EventSizeLimitBytes = 4096;
        options.AppendInterval = TimeSpan.FromMilliseconds(5);
        options.RetryDelay = options.RetryDelayLimit = TimeSpan.FromMilliseconds(5);
        options.RefusalRetryDelay = TimeSpan.FromMilliseconds(5);
        options.RequestTimeout = TimeSpan.FromSeconds(2);
        options.CloseTimeout = TimeSpan.FromSeconds(30);
        options.ReportToConsole = true;

        // The emulator behind it understands requests to proxies.
        options.Proxy = _proxy!.Url;
        options.ProxyUser = "user";
        options.ProxyPassword = ProxyPassword;
    }

    /// <summary>The same for a logger whose credentials fail; what it logs stays in the buffer.</summary>
    public void ConfigureWithoutCredentials(OssAppenderOptions options)
    {
        Configure(options);
        options.Credentials = new Failing();
        options.CloseTimeout = TimeSpan.FromMilliseconds(300);
    }

    /// <summary>The same for a logger whose source of credentials fails.</summary>
    public void ConfigureWithSource(string word, OssAppenderOptions options)
    {
        ConfigureWithoutCredentials(options);
        options.Credentials = _machine!.Provider(word);

        // STS is on this machine.
        options.Proxy = options.ProxyUser = options.ProxyPassword = null;
    }

    /// <summary>How often STS was asked.</summary>
    public int StsCalls => _machine!.Server.CountSts();

    /// <summary>Flips a byte in the middle of every segment that a process left.</summary>
    public void DamageBuffer()
    {
        foreach (var path in Directory.GetFiles(_folder.Path, "*.seg", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(path);
            bytes[bytes.Length / 2] ^= 0x55;
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>Adds what is not a stream of texts: snapshots, health, options, and the files of the buffer.</summary>
    public async Task ReadStateAsync(Channels channels, params OssAppenderOptions[] options)
    {
        channels.Measure();
        foreach (var snapshot in OssAppendMonitors.Open.Select(monitor => monitor.GetSnapshot()))
            channels.Add("snapshot", snapshot + JsonSerializer.Serialize(snapshot));

        await using var services = new ServiceCollection().AddLogging().AddHealthChecks().AddOssAppend().Services.BuildServiceProvider();
        var health = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        foreach (var entry in health.Entries.Values)
            channels.Add("health", $"{entry.Description} {entry.Exception} {string.Join(' ', entry.Data)}");

        foreach (var each in options)
        {
            channels.Add("options", each + JsonOf(each));
            channels.Add("options", string.Join(' ', each.Validate()));
            foreach (var faulty in WithFaultyProxies(each))
                channels.Add("options", $"{faulty} {faulty.Proxy} {string.Join(' ', faulty.Validate())}");
        }

        await ReadPageAsync(channels);

        var search = Search;
        foreach (var path in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
            channels.Add("buffer", path + (BytesOf(path) is { } bytes && search.FindIn(bytes).Any() ? " has " + Key : ""));
    }

    /// <summary>How often the proxy has asked for a password, and how often it got one.</summary>
    public (int Asked, int Passed) Proxy => (_proxy!.Asked, _proxy.Passed);

    /// <summary>Waits until the damage was found and put aside.</summary>
    public async Task QuarantinedAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromMinutes(2));
        using var watcher = new FileSystemWatcher(_folder.Path) { IncludeSubdirectories = true };
        using var changed = new SemaphoreSlim(0);
        watcher.Created += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;

        // A file of a folder that was just created may come without a word.
        while (!HasQuarantine)
            await changed.WaitAsync(TimeSpan.FromMilliseconds(100), timeout.Token);
    }

    public bool HasQuarantine => Directory.Exists(Path.Combine(_folder.Path, "quarantine")) && Directory.GetFiles(Path.Combine(_folder.Path, "quarantine")).Length > 0;

    /// <summary>Files and folders of the buffer that somebody else may read or write. None on Windows, where modes are not known.</summary>
    public IReadOnlyList<string> ReadableByOthers =>
        [.. Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Where(path => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ForOthers) != 0)];

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        if (_emulator is not null)
            await _emulator.DisposeAsync();
        _folder.Dispose();
    }

    // The password in the wrong settings.
    private static IEnumerable<OssAppenderOptions> WithFaultyProxies(OssAppenderOptions options)
    {
        foreach (var password in new[] { ProxyPassword, Uri.EscapeDataString(ProxyPassword) })
        {
            yield return Changed(copy => copy.Proxy = $"http://user:{password}@proxy.example:8080");
            yield return Changed(copy => copy.Proxy = $"user:{password}@proxy.example:8080");
            yield return Changed(copy => copy.ProxyUser = $"user:{password}");
            yield return Changed(copy => copy.ProxyBypass = password);
            yield return Changed(copy => copy.Proxy = null);
        }

        OssAppenderOptions Changed(Action<OssAppenderOptions> change)
        {
            var copy = new OssAppenderOptions { Bucket = "logs", Region = "cn-hangzhou", Proxy = options.Proxy, ProxyUser = options.ProxyUser, ProxyPassword = ProxyPassword };
            change(copy);
            return copy;
        }
    }

    /// <summary>Adds all that the emulator's page shows: its files, and the answers and errors of its API.</summary>
    private async Task ReadPageAsync(Channels channels)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_emulator!.Endpoint, "/-/") };
        var html = await PageAsync("");
        Assert.Contains("<script", html, StringComparison.Ordinal);
        foreach (Match file in Regex.Matches(html, "(?:src|href)=\"([^\":#]+)\""))
            await PageAsync(file.Groups[1].Value);

        Assert.Contains(_emulator.AccessKeyId, await PageAsync("api/emulator"), StringComparison.Ordinal);
        await PageAsync("api/buckets");
        await PageAsync("api/traffic");
        await PageAsync("faults");
        await PageAsync($"api/list?bucket={Emulated.Bucket}&prefix=");
        foreach (var stored in _emulator.ListObjects(Emulated.Bucket, "").Take(5))
            await PageAsync($"api/content?bucket={Emulated.Bucket}&key={Uri.EscapeDataString(stored.Key)}");
        foreach (var wrong in new[] { "api/list?bucket=none", "api/content?bucket=none&key=none", "api/site?url=none", "api/none" })
            await PageAsync(wrong);

        async Task<string> PageAsync(string path)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            channels.Add("emulator page", $"{answer.Headers} {text}");
            return text;
        }
    }

    // Options with functions and clocks in them are no JSON: then the refusal must not show a secret.
    private static string JsonOf(object options)
    {
        try
        {
            return JsonSerializer.Serialize(options, options.GetType());
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            return e.ToString();
        }
    }

    // A lock file cannot be opened while its owner lives, and files come and go.
    private static byte[]? BytesOf(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Now and then a secret that does not belong to the key, and a token that does not.</summary>
    private sealed class Moody(SecretStorm storm) : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
            new((Interlocked.Increment(ref storm._signed) % 8) switch
            {
                3 => new OssCredentials(KeyId, WrongKey, Token),
                5 => new OssCredentials(KeyId, Key, Token + Token),
                _ => new OssCredentials(KeyId, Key, Token),
            });
    }

    /// <summary>Fails with a message that has everything in it.</summary>
    private sealed class Failing : IOssCredentialsProvider
    {
        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"The key {KeyId} with {Key} and {Token} is not valid at the proxy user:{ProxyPassword}@proxy.");
    }
}
