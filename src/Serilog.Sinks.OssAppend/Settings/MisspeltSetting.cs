using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend.Settings;

/// <summary>A setting in a configuration file that nobody reads. Its value is not shown: a misspelt secret is one all the same.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Path">The section in which it stands.</param>
/// <param name="Meant">The setting that was meant; null if none is like it.</param>
internal sealed record MisspeltSetting(string Name, string Path, string? Meant)
{
    private const string OfTheFileSink = "path";
    private const string ItsName = "objectKey";

    // Two letters may be wrong, in long names one of four.
    private const int FewestMistakes = 2;
    private const int LettersPerMistake = 4;

    public static MisspeltSetting Of(string name, string path, IReadOnlyCollection<string> known)
    {
        if (name.Equals(OfTheFileSink, StringComparison.OrdinalIgnoreCase) && known.Contains(ItsName))
            return new MisspeltSetting(name, path, ItsName);

        var nearest = known.Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant()))).OrderBy(k => k.Distance).First();
        var isNear = nearest.Distance <= Math.Max(FewestMistakes, name.Length / LettersPerMistake);
        return new MisspeltSetting(name, path, isNear ? nearest.Name : null);
    }

    public SettingFault ToFault() => new(
        Name, $"is no setting of OssAppend; {(Meant is null ? "docs/settings.md has all there are" : $"write '{Meant}'")}. (It stands in {Path}.)");

    // Levenshtein's: how many letters to put in, take out or change.
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
