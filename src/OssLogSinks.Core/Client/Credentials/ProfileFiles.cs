using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>The profile files of a user. They are read at each fetch, and never written.</summary>
internal sealed class ProfileFiles(CredentialsSurroundings surroundings)
{
    private const int LongestFile = 1 << 20;

    /// <summary>The path of the file of the aliyun CLI; null if there is no home folder.</summary>
    public string? CliPath => surroundings.Value("ALIBABA_CLOUD_CONFIG_FILE") ?? InHome(".aliyun", "config.json");

    /// <summary>The name of the profile that the environment chooses; null if it chooses none.</summary>
    public string? ChosenName => surroundings.Value("ALIBABA_CLOUD_PROFILE");

    /// <summary>Reads the file of the aliyun CLI; null if there is none.</summary>
    public JsonObject? ReadCli() => TextOf(CliPath) is not { } text
        ? null
        : JsonObject.TryRead(text) ?? throw FetchFailures.Lasting($"The file {SettingFault.Shown(CliPath)} is no JSON object: correct it with the aliyun CLI. Nothing was written.");

    /// <summary>The path of the ini file; null if there is no home folder.</summary>
    public string? IniPath => surroundings.Value("ALIBABA_CLOUD_CREDENTIALS_FILE") ?? IniInHome();

    /// <summary>Reads the ini file: sections by name, with values by name, without regard to case; null if there is none.</summary>
    public Dictionary<string, Dictionary<string, string>>? ReadIni() => TextOf(IniPath) is { } text ? Sections(text) : null;

    internal static Dictionary<string, Dictionary<string, string>> Sections(string text)
    {
        var sections = new Dictionary<string, Dictionary<string, string>>(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, string>? section = null;
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            var line = raw.Trim();
            var equals = line.IndexOf('=');
            if (line.Length == 0 || line[0] is ';' or '#')
                continue;

            if (line[0] == '[' && line[line.Length - 1] == ']')
            {
                var name = line.Substring(1, line.Length - 2).Trim();
                if (!sections.TryGetValue(name, out section))
                    sections[name] = section = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            }
            else if (equals > 0 && section is not null)
            {
                section[line.Substring(0, equals).Trim()] = line.Substring(equals + 1).Trim();
            }
        }

        return sections;
    }

    // The libraries of Alibaba Cloud disagree on the name.
    private string? IniInHome() =>
        InHome(".alibabacloud", "credentials") is var path && !File.Exists(path) && InHome(".alibabacloud", "credentials.ini") is { } other && File.Exists(other) ? other : path;

    private string? InHome(string folder, string file) => surroundings.Home is { } home ? Path.Combine(home, folder, file) : null;

    private static string? TextOf(string? path)
    {
        try
        {
            return path is null ? null : SmallFile.Read(path, LongestFile) ?? throw FetchFailures.Lasting(
                $"The file {SettingFault.Shown(path)} is too long for a file of profiles: set ALIBABA_CLOUD_CONFIG_FILE or ALIBABA_CLOUD_CREDENTIALS_FILE to the right one. Nothing was written.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // It may be there, so a named profile is not looked for in another file.
            throw FetchFailures.Lasting($"The file {SettingFault.Shown(path)} cannot be read ({exception.GetType().Name}): let this user read it. Nothing was written.", exception);
        }
    }
}
