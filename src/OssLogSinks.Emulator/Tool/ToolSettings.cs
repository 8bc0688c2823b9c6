using OssLogSinks.Emulator.Authentication;

namespace OssLogSinks.Emulator.Tool;

/// <summary>What the command line asks for.</summary>
internal sealed class ToolSettings
{
    /// <summary>The port unless another is chosen. It is always the same, so that the endpoint in an application's settings stays valid.</summary>
    public const int DefaultPort = 9680;

    public OssEmulatorOptions Options { get; } = new() { Port = DefaultPort };

    public List<string> Buckets { get; } = [];

    public string? PreloadFolder { get; set; }

    public string? SecurityToken { get; set; }

    public TimeSpan? TokenLifetime { get; set; }

    public bool IsHttps { get; set; }

    public string CertificateFolder { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "oss-emulator");

    public bool ShowHelp { get; set; }

    public bool ShowVersion { get; set; }

    /// <summary>Puts what several arguments say together into the options.</summary>
    public ToolSettings Complete()
    {
        if (Buckets.Count > 0)
        {
            Options.Buckets.Clear();
            foreach (var bucket in Buckets)
                Options.Buckets.Add(bucket);
        }

        if (SecurityToken is not null)
        {
            Options.Credentials.Add(new EmulatedCredentials(Options.AccessKeyId, Options.AccessKeySecret)
            {
                SecurityToken = SecurityToken,
                Expiration = TokenLifetime is { } lifetime ? Options.TimeProvider.GetUtcNow() + lifetime : null,
            });
        }

        return this;
    }
}
