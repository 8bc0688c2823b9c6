using System.Text;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>Holds what stands in the bucket against what processes were told.</summary>
/// <param name="landings">What was appended, in order.</param>
/// <param name="confirmed">What was said to be on disk.</param>
/// <param name="mayRepeat">Whether what was stored may be stored again.</param>
/// <param name="hasHeader">Whether objects begin with a header.</param>
internal sealed class BucketContents(IReadOnlyList<Landing> landings, IReadOnlySet<string> confirmed, bool mayRepeat = false, bool hasHeader = false)
{
    /// <summary>The records that stand in the bucket, object by object.</summary>
    public IReadOnlyList<string> Stored { get; } =
        [.. landings.Where(l => l.Append.Writer is not null).OrderBy(l => l.Key, StringComparer.Ordinal).ThenBy(l => l.Append.Position).SelectMany(LinesOf)];

    /// <summary>Whether files were damaged: what is found late is sent late.</summary>
    public bool MayReorder { get; init; }

    public void Check()
    {
        foreach (var landing in landings.Where(l => l.Append.Writer is not null))
            Violation.If(landing.Append.HasHeader != (hasHeader && landing.Append.Position == 0), $"A header is missing, or stands where none belongs: {landing.Key} at {landing.Append.Position}");
        foreach (var line in Stored)
            Violation.If(!IsWhole(line), $"Torn: '{line}'");
        var lost = confirmed.Except(Stored).Order(StringComparer.Ordinal).FirstOrDefault();
        Violation.If(lost is not null, $"Lost: {lost}");
        if (mayRepeat)
            return;

        var doubled = Stored.GroupBy(l => l).FirstOrDefault(g => g.Count() > 1)?.Key;
        Violation.If(doubled is not null, $"Doubled: {doubled}\n{Told()}");
        if (MayReorder)
            return;

        foreach (var stream in Stored.GroupBy(l => string.Join('.', l.Split('.').Take(2))))
            Violation.If(!stream.SequenceEqual(stream.Order(StringComparer.Ordinal)), $"Out of order in {stream.Key}: {string.Join(' ', stream.Select(l => l.Split('.')[2]))}\n{Told()}");
    }

    // In the order in which they landed: who appended what where.
    private string Told() => string.Join('\n', landings.Select(l =>
        $"  {l.Key} at {l.Append.Position} by {l.Append.Writer?.ToString() ?? "a stranger"}: {string.Join(' ', LinesOf(l).Select(line => line.Split('-')[0].Trim()))}"));

    private static bool IsWhole(string line) =>
        line.Split('.') is [['p', .. var process], ['s', .. var stream], var number, _]
        && int.TryParse(process, out var p) && int.TryParse(stream, out var s) && int.TryParse(number, out var n)
        && line == CrashProcess.TextOf(p, s, n);

    private static IEnumerable<string> LinesOf(Landing landing)
    {
        var text = Encoding.UTF8.GetString(landing.Append.Records);
        return text.Split('\n').SkipLast(text.EndsWith('\n') ? 1 : 0).Select(l => l + "\n");
    }
}
