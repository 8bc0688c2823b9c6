using System.Text.RegularExpressions;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;

namespace Serilog.Sinks.OssAppend;

/// <summary>How the user calls a setting: the core's names are not his, and a parameter begins with a small letter.</summary>
internal sealed class SettingNames
{
    /// <summary>As the properties of <see cref="OssAppendSinkOptions"/>.</summary>
    public static readonly SettingNames OfProperties = new(name => name);

    /// <summary>As the parameters of the flat overloads.</summary>
    public static readonly SettingNames OfParameters = new(name => char.ToLowerInvariant(name[0]) + name.Substring(1));

    // Where the name here is another than in the core.
    private static readonly Dictionary<string, string> Translations = new()
    {
        [nameof(OssAppenderOptions.ObjectSizeLimit)] = nameof(OssAppendSinkOptions.FileSizeLimitBytes),
        [nameof(OssAppenderOptions.RollOnObjectSizeLimit)] = nameof(OssAppendSinkOptions.RollOnFileSizeLimit),
        [nameof(OssAppenderOptions.AppendInterval)] = nameof(OssAppendSinkOptions.Period),
        [nameof(OssAppenderOptions.AppendSizeLimit)] = nameof(OssAppendSinkOptions.AppendSizeLimitBytes),
        [nameof(OssAppenderOptions.RecordSizeLimit)] = nameof(OssAppendSinkOptions.EventSizeLimitBytes),
        [nameof(OssAppenderOptions.MemoryLimit)] = nameof(OssAppendSinkOptions.MemoryLimitBytes),
    };

    // Settings that the core's sentences name; what stands in quotes is the user's own text.
    private static readonly Regex CoreName = new(@"(?<!\w)'.*?'(?!\w)|\b(" + string.Join("|", Translations.Keys) + @"|Bucket|Endpoint|Region|RetryDelay|BufferPath|Compression|ObjectHeader)\b");

    // What is one setting in the options is a parameter for each of its parts.
    private const string PartPrefix = nameof(OssAppendSinkOptions.ObjectProperties) + ".";

    private readonly Func<string, string> _spell;

    private SettingNames(Func<string, string> spell) => _spell = spell;

    /// <summary>A fault in a setting of this front door, by its property's name.</summary>
    public SettingFault Fault(string property, string problem) => new(_spell(property), problem);

    /// <summary>A fault that the core found, in the user's words; its sentence may name other settings.</summary>
    public SettingFault FromCore(SettingFault fault)
    {
        if (this == OfParameters && fault.Setting.StartsWith(PartPrefix, StringComparison.Ordinal))
            return Fault(fault.Setting.Substring(PartPrefix.Length), fault.Problem);

        return Fault(Translate(fault.Setting), CoreName.Replace(fault.Problem, match => match.Groups[1].Success ? _spell(Translate(match.Value)) : match.Value));
    }

    private static string Translate(string coreName) => Translations.TryGetValue(coreName, out var name) ? name : coreName;
}
