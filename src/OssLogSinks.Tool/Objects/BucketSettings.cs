using System.CommandLine;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Objects;

/// <summary>
/// Which bucket, and how to reach it: from the command line, else from the configuration file, else from the environment. A setting is
/// taken whole from the first that has it. Network, proxy and certificates are settings of the configuration file only.
/// </summary>
internal sealed record BucketSettings
{
    private const int Connections = 4096;

    // Bytes per second.
    private const double SlowestUpload = 128 * 1024;

    public string? Bucket { get; init; }

    public string? Endpoint { get; init; }

    public string? Region { get; init; }

    /// <summary>Which endpoint of the region is used, if no endpoint is named. Default: the public one.</summary>
    public OssNetwork Network { get; init; }

    public required IOssCredentialsProvider Credentials { get; init; }

    /// <summary>How long one attempt of a request may take. Default: 60 seconds.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The settings of the sink in the configuration file; empty without one.</summary>
    public SinkSettings Sink { get; init; } = SinkSettings.None;

    /// <summary>Proxy and certificates of the configuration file.</summary>
    public ConnectionSettings Connection => new(Sink);

    /// <summary>The same for appends of a size: the more bytes, the longer a request may take.</summary>
    public BucketSettings ForUploads(long bytes) => this with { RequestTimeout = RequestTimeout + TimeSpan.FromSeconds(bytes / SlowestUpload) };

    /// <summary>Opens a client.</summary>
    /// <exception cref="ToolException">Settings are missing or wrong.</exception>
    public OssClient Open()
    {
        if (string.IsNullOrEmpty(Bucket))
            throw new ToolException(ExitCodes.Usage, "No bucket is named.", "Write --bucket NAME, oss://NAME/KEY, or set OSS_BUCKET.");
        if (string.IsNullOrEmpty(Endpoint) && string.IsNullOrEmpty(Region))
            throw new ToolException(ExitCodes.Usage, "Neither endpoint nor region is named.", "Write --region cn-hangzhou for instance, or --endpoint HOST, or set OSS_REGION.");

        try
        {
            return new OssClient(ClientOptions());
        }
        catch (ArgumentException exception) when (exception is not ArgumentNullException)
        {
            var end = exception.Message.IndexOf(" (Parameter", StringComparison.Ordinal);
            throw new ToolException(ExitCodes.Usage, end < 0 ? exception.Message : exception.Message[..end], "Correct the setting that is named.");
        }
    }

    public OssClientOptions ClientOptions()
    {
        var options = new OssClientOptions
        {
            Bucket = Bucket,
            Endpoint = Endpoint,
            Region = RegionOrDefault,
            Network = Network,
            Credentials = Credentials,
            UserAgentSuffix = "oss-logs",
            RequestTimeout = RequestTimeout,

            // A merge may have many objects open.
            MaxConnections = Connections,
        };
        Connection.AddTo(options);
        return options;
    }

    /// <summary>The same for the appender, which ships what is in a buffer folder.</summary>
    public OssAppenderOptions AppenderOptions(IOssDiagnostics diagnostics)
    {
        var options = new OssAppenderOptions
        {
            Bucket = Bucket,
            Endpoint = Endpoint,
            Region = RegionOrDefault,
            Network = Network,
            Credentials = Credentials,
            Diagnostics = diagnostics,
            ObjectKey = "unused-{InstanceId}.log",
        };
        Connection.AddTo(options);
        return options;
    }

    // An emulator on this machine has the region that it was started with, which is this one unless told otherwise.
    private string? RegionOrDefault =>
        string.IsNullOrEmpty(Region) && Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.IsLoopback ? "cn-hangzhou" : Region;
}

/// <summary>The options that every command has.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Bucket = new("--bucket", "-b") { Description = "The bucket. Default: OSS_BUCKET.", Recursive = true, HelpName = "NAME" };

    public static readonly Option<string?> Endpoint = new("--endpoint", "-e") { Description = "The service's host. Default: OSS_ENDPOINT, or the region's public endpoint.", Recursive = true, HelpName = "HOST" };

    public static readonly Option<string?> Region = new("--region", "-r") { Description = "The bucket's region. Default: OSS_REGION.", Recursive = true, HelpName = "ID" };

    public static readonly Option<string?> Config = new("--config", "-c") { Description = "appsettings.json or NLog.config with the sink's settings.", Recursive = true, HelpName = "FILE" };

    public static readonly Option<string?> Credentials = new("--credentials") { Description = "Where the access key comes from: Chain, Environment, Oidc, RamRole, Profile:NAME and the other words of the sinks' setting. Default: Chain.", Recursive = true, HelpName = "WORD" };

    public static readonly Option<bool> Json = new("--json") { Description = "Write JSON lines, for scripts.", Recursive = true };

    private static readonly string[] KeyVariables = ["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"];

    public static void AddTo(Command root)
    {
        foreach (var option in new Option[] { Bucket, Endpoint, Region, Config, Credentials, Json })
            root.Add(option);
    }

    /// <summary>The settings for a command.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="host">The environment.</param>
    /// <param name="bucket">The bucket of an <c>oss://</c> path; null if there is none.</param>
    public static BucketSettings Settings(ParseResult parse, ToolHost host, string? bucket = null)
    {
        var sink = parse.GetValue(Config) is { } path ? SinkSettings.Load(path, host.ReadVariable) : SinkSettings.None;
        var endpoint = First(parse.GetValue(Endpoint), sink["endpoint"], host.ReadVariable("OSS_ENDPOINT"));
        return new BucketSettings
        {
            Bucket = bucket ?? First(parse.GetValue(Bucket), sink["bucket"], host.ReadVariable("OSS_BUCKET")),
            Endpoint = endpoint,
            Network = endpoint is null && Enum.TryParse<OssNetwork>(sink["network"], ignoreCase: true, out var network) ? network : OssNetwork.Public,
            Region = First(parse.GetValue(Region), sink["region"], host.ReadVariable("OSS_REGION")),
            Credentials = CredentialsOf(parse.GetValue(Credentials), sink, host),
            Sink = sink,
        };
    }

    // The one place that chooses a source of credentials.
    private static IOssCredentialsProvider CredentialsOf(string? word, SinkSettings sink, ToolHost host)
    {
        if (First(word) is not null)
            return Named(word!, "The option --credentials", host);
        var (id, secret) = (First(sink["accessKeyId"]), First(sink["accessKeySecret"]));
        if (id is null && secret is null)
            return Named(First(sink["credentials"]) ?? "Chain", "The setting credentials in the configuration file", host);

        if (OssCredentials.Validate(id ?? "", secret ?? "", sink["securityToken"]) is [var fault, ..])
            throw new ToolException(ExitCodes.Usage, $"The credentials in the configuration file are invalid: {fault}", "Correct them, or remove them to use those of the environment.");

        return new StaticCredentialsProvider(id!, secret!, sink["securityToken"]);
    }

    private static IOssCredentialsProvider Named(string word, string place, ToolHost host)
    {
        // The chain begins with the environment too, and half a key there is a mistake that must not lead to another source.
        var isKeySet = KeyVariables.Any(name => !string.IsNullOrWhiteSpace(host.ReadVariable(name)));
        if (word.Equals("Environment", StringComparison.OrdinalIgnoreCase) || (word.Equals("Chain", StringComparison.OrdinalIgnoreCase) && isKeySet))
            return new EnvironmentCredentialsProvider(host.ReadVariable);

        return OssCredentialsProviders.TryFromName(word, out var provider, out var problem)
            ? provider!
            : throw new ToolException(ExitCodes.Usage, $"{place} {problem}", "Use one of the words, or leave it out for the chain of all.");
    }

    private static string? First(params string?[] values) => values.FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
}
