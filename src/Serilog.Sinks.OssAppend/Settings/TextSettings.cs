using OssLogSinks.Core;
using OssLogSinks.Core.Protocol;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Settings;

/// <summary>Puts settings that come as text into the options, and notes what cannot be read.</summary>
internal sealed class TextSettings
{
    private readonly List<SettingFault> _faults = [];

    /// <summary>Settings whose text cannot be read; the options keep their defaults for them.</summary>
    public IReadOnlyList<SettingFault> Faults => _faults;

    /// <summary>Sets what is given.</summary>
    /// <param name="options">The options.</param>
    /// <param name="texts">The settings by the names of their parameters; those that are null are not given.</param>
    public void Put(OssAppendSinkOptions options, params (string Name, string? Text)[] texts)
    {
        foreach (var (name, text) in texts)
        {
            if (text is null)
                continue;

            var property = char.ToUpperInvariant(name[0]) + name.Substring(1);
            if (typeof(OssAppendSinkOptions).GetProperty(property) is { } own)
            {
                if (TryRead(name, text, own.PropertyType, out var value))
                    own.SetValue(options, value);
            }
            else if (typeof(OssObjectProperties).GetProperty(property) is { } part && TryRead(name, text, part.PropertyType, out var value))
            {
                part.SetValue(options.ObjectProperties, value);
            }
        }
    }

    /// <summary>Reads the least level; the least there is if nothing is given.</summary>
    public LogEventLevel Level(string name, string? text) =>
        text is not null && TryRead(name, text, typeof(LogEventLevel), out var level) ? (LogEventLevel)level! : LevelAlias.Minimum;

    private bool TryRead(string name, string text, Type type, out object? value)
    {
        if (SettingText.TryRead(text, type, out value, out var need))
            return true;

        _faults.Add(SettingFault.OfValue(name, text, need));
        return false;
    }
}
