using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Intake.Settings;

/// <summary>
/// A setting in the configuration that cannot be set there: its name is unknown, it belongs to another section, or only code can set it. Its
/// value is never shown, because a misspelt secret is still a secret.
/// </summary>
/// <param name="Name">The name as written.</param>
/// <param name="Path">The section that contains it.</param>
/// <param name="Meant">The setting that was probably meant; null if none is similar.</param>
internal sealed record MisspeltSetting(string Name, string Path, string? Meant)
{
    // Two letters may be wrong; in long names one in four.
    private const int FewestMistakes = 2;
    private const int LettersPerMistake = 4;

    // Names used by other sinks, and by this one before its first release.
    private static readonly Dictionary<string, string> NamesElsewhere = new(StringComparer.OrdinalIgnoreCase)
    {
        ["path"] = "objectKey",
        ["period"] = "appendInterval",
        ["fileSizeLimitBytes"] = "objectSizeLimitBytes",
        ["blobSizeLimitBytes"] = "objectSizeLimitBytes",
        ["rollOnFileSizeLimit"] = "rollOnObjectSizeLimit",
        ["batchPostingLimit"] = "batchSizeLimit",
        ["queueSizeLimit"] = "queueLimit",
        ["eventBodyLimitBytes"] = "eventSizeLimitBytes",
        ["bufferBaseFilename"] = "bufferPath",
    };

    public static MisspeltSetting Of(string name, string path, string[] known)
    {
        if (NamesElsewhere.TryGetValue(name, out var here) && known.FirstOrDefault(k => k.Equals(here, StringComparison.OrdinalIgnoreCase)) is { } meant)
            return new MisspeltSetting(name, path, meant);

        var nearest = known.Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant()))).OrderBy(k => k.Distance).First();
        var isNear = nearest.Distance <= Math.Max(FewestMistakes, name.Length / LettersPerMistake);
        return new MisspeltSetting(name, path, isNear ? nearest.Name : null);
    }

    public SettingFault ToFault() => new(Name, $"{Problem}. (It is in {Path}.)");

    // A name that exists may be in the wrong place, or be one that only code can set.
    private string Problem => Meant is null
        ? "cannot be set here; docs/settings.md lists all settings and where each can be set"
        : $"is not a setting of OssAppend; write '{Meant}'";

    // Levenshtein distance: the number of letters to insert, delete or replace.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
