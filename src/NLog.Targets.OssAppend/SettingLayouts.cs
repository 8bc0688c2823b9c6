using System.Runtime.CompilerServices;
using System.Text;
using NLog.Config;
using NLog.Layouts;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>The settings that are layouts, by the names of the target's properties. They are rendered once, when the target is initialised.</summary>
internal sealed class SettingLayouts
{
    private static readonly LogEventInfo NoEvent = LogEventInfo.CreateNullEvent();

    private readonly Dictionary<string, Layout> _layouts = new(StringComparer.Ordinal);

    public Layout? Get([CallerMemberName] string setting = "") => _layouts.TryGetValue(setting, out var layout) ? layout : null;

    public void Set(Layout? layout, [CallerMemberName] string setting = "")
    {
        if (layout is null)
            _layouts.Remove(setting);
        else
            _layouts[setting] = layout;
    }

    /// <summary>Sets the options of the same names, including those of the object properties, which must be a copy.</summary>
    /// <returns>The faults of texts that cannot be read.</returns>
    public IReadOnlyList<SettingFault> RenderInto(OssAppenderOptions options)
    {
        var faults = new List<SettingFault>();
        foreach (var setting in _layouts)
        {
            var text = TextOf(setting.Value);
            if (typeof(OssAppenderOptions).GetProperty(setting.Key) is not { } property)
                typeof(OssObjectProperties).GetProperty(setting.Key)!.SetValue(options.ObjectProperties, text);
            else if (text is null || property.PropertyType == typeof(string))
                property.SetValue(options, text);
            else if (OssCredentialsProviders.TryFromName(text, out var provider, out var need))
                property.SetValue(options, provider);
            else
                // A command or an address may hold a password, so only a single word is shown.
                faults.Add(text.All(char.IsLetter) ? SettingFault.OfValue(setting.Key, text, need!) : new SettingFault(setting.Key, need!));
        }

        return faults;
    }

    /// <summary>The rendered text, unchanged; null if it is empty.</summary>
    public static string? WholeTextOf(Layout? layout) => layout?.Render(NoEvent) is { Length: > 0 } text ? text : null;

    /// <summary>The rendered text, trimmed; null if it is empty.</summary>
    public static string? TextOf(Layout? layout) => layout?.Render(NoEvent).Trim() is { Length: > 0 } text ? text : null;
}

/// <summary>Masks a secret written in the configuration itself: NLog traces the text of every layout, and gets a mask from this one.</summary>
/// <remarks>Marked as thread-agnostic: otherwise NLog would capture the secret in each event for another thread.</remarks>
[ThreadAgnostic]
internal sealed class SecretLayout : Layout
{
    private const string Mask = "***";

    private readonly string _text;

    private SecretLayout(string text) => _text = text;

    /// <summary>
    /// Masks a fixed text. A layout that only says where the secret is, such as <c>${environment:NAME}</c>, is returned unchanged.
    /// </summary>
    public static Layout? Of(Layout? layout) => layout is SimpleLayout { IsFixedText: true } text ? new SecretLayout(text.FixedText ?? "") : layout;

    /// <summary>As <see cref="Of"/>, for a setting that is a word: what follows its colon may be a command or an address with a secret.</summary>
    public static Layout? OfCredentials(Layout? layout) => layout is SimpleLayout { FixedText: { } text } && text.All(char.IsLetter) ? layout : Of(layout);

    /// <summary>As <see cref="Of"/>, for an address that has a user name and a password by mistake.</summary>
    public static Layout? OfAddress(Layout? layout) => layout is SimpleLayout { FixedText: { } text } && (text.Contains('@') || text.Contains("%40")) ? Of(layout) : layout;

    public override string ToString() => Mask;

    protected override string GetFormattedMessage(LogEventInfo logEvent) => _text;

    protected override void RenderFormattedMessage(LogEventInfo logEvent, StringBuilder target) => target.Append(_text);
}
