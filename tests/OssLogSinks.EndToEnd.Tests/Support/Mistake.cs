namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>A mistake in configuration, in the words of both front doors, and what its message must say.</summary>
internal sealed record Mistake
{
    /// <summary>What goes into the arguments of <c>appsettings.json</c>; null takes an argument out.</summary>
    public required IReadOnlyList<(string Name, string? Value)> Serilog { get; init; }

    /// <summary>What goes into the target's attributes; null takes an attribute out. The same if nothing else is said.</summary>
    public IReadOnlyList<(string Name, string? Value)>? NLog { get; init; }

    /// <summary>The setting that the message names, as an argument is spelt.</summary>
    public required string Setting { get; init; }

    /// <summary>The setting that NLog's message names; <see cref="Setting"/> with a capital if nothing else is said.</summary>
    public string? NLogSetting { get; init; }

    /// <summary>The value that the message shows.</summary>
    public required string Value { get; init; }

    /// <summary>The value that NLog's message shows, if it is another.</summary>
    public string? NLogValue { get; init; }

    /// <summary>What the message says there is to do, in words that both front doors use.</summary>
    public required string Cure { get; init; }

    /// <summary>Whether the value is no number, flag or choice at all: NLog refuses it before the target is asked, naming setting and value in its own words.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>One wrong value, under the same name in both.</summary>
    public static Mistake Of(string setting, string value, string cure, string? shown = null) => new()
    {
        Serilog = [(setting, value)],
        Setting = setting,
        Value = shown ?? $"'{value}'",
        Cure = cure,
    };

    /// <summary>One wrong value, under two names.</summary>
    public static Mistake Of((string Name, string Value) serilog, (string Name, string Value) nlog, string cure, string? shown = null) => new()
    {
        Serilog = [(serilog.Name, serilog.Value)],
        NLog = [(nlog.Name, nlog.Value)],
        Setting = serilog.Name,
        NLogSetting = Capital(nlog.Name),
        Value = shown ?? serilog.Value,
        Cure = cure,
    };

    public string SettingInNLog => NLogSetting ?? Capital(Setting);

    /// <summary>The setting as a property of the options.</summary>
    public string SettingInOptions => (Setting == "contentType" ? "ObjectProperties." : "") + Capital(Setting);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
