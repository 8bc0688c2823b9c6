using System.Text;
using NLog.Config;
using NLog.LayoutRenderers;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;

namespace NLog.Targets.OssAppend;

/// <summary>
/// The layout renderer <c>${oss-sequence}</c>: the place for the writer and the number of an event in an <see cref="OssAppendTarget"/> with
/// <see cref="OssAppenderOptions.IncludeSequence"/>, <c>#k3f9a2c1b7d4-q8x2:42</c> for instance. Without it they are at the end of the text. In the
/// layout of another target it writes a fixed text.
/// </summary>
[LayoutRenderer(Name)]
[ThreadAgnostic]
public sealed class OssSequenceLayoutRenderer : LayoutRenderer
{
    internal const string Name = "oss-sequence";

    /// <inheritdoc />
    protected override void Append(StringBuilder builder, LogEventInfo logEvent) => builder.Append(SequencePlaceholder.Text);
}
