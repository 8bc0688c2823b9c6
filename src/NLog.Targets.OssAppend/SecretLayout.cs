using System.Text;
using NLog.Config;
using NLog.Layouts;

namespace NLog.Targets.OssAppend;

/// <summary>A secret that is written into the configuration itself: NLog traces every layout by its text, and gets a mask from this one.</summary>
/// <remarks>The same on each thread, and said to be: NLog would keep the secret in each event otherwise, for a thread that has another.</remarks>
[ThreadAgnostic]
internal sealed class SecretLayout : Layout
{
    private const string Mask = "***";

    private readonly string _text;

    private SecretLayout(string text) => _text = text;

    /// <summary>Hides a text. A layout that says only where the secret is, <c>${environment:NAME}</c> for instance, is left as it is.</summary>
    public static Layout? Of(Layout? layout) => layout is SimpleLayout { IsFixedText: true } text ? new SecretLayout(text.FixedText ?? "") : layout;

    public override string ToString() => Mask;

    protected override string GetFormattedMessage(LogEventInfo logEvent) => _text;

    protected override void RenderFormattedMessage(LogEventInfo logEvent, StringBuilder target) => target.Append(_text);
}
