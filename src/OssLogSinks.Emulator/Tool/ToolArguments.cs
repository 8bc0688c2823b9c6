using System.Globalization;
using OssLogSinks.Emulator.Operations;

namespace OssLogSinks.Emulator.Tool;

/// <summary>Parses the command line, and lists everything that is wrong with it.</summary>
internal static class ToolArguments
{
    public const string Help = """
        Runs an emulator of Alibaba Cloud OSS on this machine, with a web page.

        Usage: oss-emulator [options]

          --port N                 the port on 127.0.0.1; 9680 by default, 0 for a free one
          --bucket NAME            a bucket to create; may be given several times; logs by default
          --data DIR               keeps everything in this folder; in memory only by default
          --sync                   forces each write to the disk, to survive a power cut too
          --preload DIR            uploads the files of this folder to the first bucket; existing objects stay
          --access-key-id ID       emulator-key by default
          --access-key-secret S    emulator-secret by default
          --security-token TOKEN   makes the key a temporary one: requests need this STS token
          --token-lifetime SECONDS when the token expires, counted from the start; never by default
          --region ID              the region that signatures must name; cn-hangzhou by default
          --https                  serves https with a certificate that it makes and keeps
          --certificate-folder DIR where that certificate is kept
          --no-page                serves no web page and no faults over HTTP
          --help, --version

        Ctrl-C ends it. The exit code is 1 if it cannot start, and 2 if an option is wrong.

        """;

    public static (ToolSettings Settings, IReadOnlyList<string> Faults) Parse(string[] arguments)
    {
        var settings = new ToolSettings();
        var faults = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (TryApplySwitch(name, settings))
                continue;

            var hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (!IsOption(name))
                faults.Add($"'{name}' is not an option.");
            else if (!hasValue || arguments[++i].Length == 0)
                faults.Add($"{name} needs a value.");
            else if (Apply(name, arguments[i], settings) is { } fault)
                faults.Add(fault);
        }

        return (settings.Complete(), faults);
    }

    private static bool TryApplySwitch(string name, ToolSettings settings)
    {
        switch (name)
        {
            case "--sync":
                settings.Options.SyncData = true;
                return true;
            case "--https":
                settings.IsHttps = true;
                return true;
            case "--no-page":
                settings.Options.ServePage = false;
                return true;
            case "--help" or "-h":
                settings.ShowHelp = true;
                return true;
            case "--version":
                settings.ShowVersion = true;
                return true;
            default:
                return false;
        }
    }

    private static bool IsOption(string name) => name is "--port" or "--bucket" or "--data" or "--preload" or "--access-key-id"
        or "--access-key-secret" or "--security-token" or "--token-lifetime" or "--region" or "--certificate-folder";

    private static string? Apply(string name, string value, ToolSettings settings)
    {
        switch (name)
        {
            case "--port":
                if (!ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                    return $"--port is '{value}'. Use a number from 0 to 65535.";

                settings.Options.Port = port;
                return null;
            case "--token-lifetime":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                    return $"--token-lifetime is '{value}'. Use a number of seconds.";

                settings.TokenLifetime = TimeSpan.FromSeconds(seconds);
                return null;
            case "--bucket":
                settings.Buckets.Add(value);
                return ResourceNames.IsBucketName(value) ? null : $"--bucket is '{value}'. Use 3 to 63 lowercase letters, digits and hyphens, with no hyphen at the ends.";
            case "--preload":
                settings.PreloadFolder = value;
                return Directory.Exists(value) ? null : $"--preload is '{value}'. There is no such folder.";
            default:
                ApplyText(name, value, settings);
                return null;
        }
    }

    private static void ApplyText(string name, string value, ToolSettings settings)
    {
        switch (name)
        {
            case "--data":
                settings.Options.DataFolder = value;
                break;
            case "--access-key-id":
                settings.Options.AccessKeyId = value;
                break;
            case "--access-key-secret":
                settings.Options.AccessKeySecret = value;
                break;
            case "--security-token":
                settings.SecurityToken = value;
                break;
            case "--region":
                settings.Options.Region = value;
                break;
            default:
                settings.CertificateFolder = value;
                break;
        }
    }
}
