using System.Text;
using System.Text.RegularExpressions;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>Damages files of the buffer while processes have them open, and knows which records that may cost.</summary>
internal sealed partial class LiveDamage(CrashWorld world)
{
    private readonly object _gate = new();
    private readonly HashSet<string> _records = [];

    public bool HasHappened { get; private set; }

    public bool HasHitAJournal { get; private set; }

    /// <summary>The records of every segment that was hit.</summary>
    public IReadOnlySet<string> Records
    {
        get
        {
            lock (_gate)
                return _records.ToHashSet();
        }
    }

    public void Happen(DamageStep step)
    {
        lock (_gate)
        {
            var files = step.Kind == DamageKind.ReplacedJournal ? FilesOf("journal.", 0) : FilesOf(".seg", step.Kind == DamageKind.LostSegment ? 1 : 0);
            if (files.Length == 0 || world.Disk.Damage(files[step.Choice % files.Length], bytes => Change(bytes, step)) is not { } before)
                return;

            HasHappened = true;
            HasHitAJournal |= step.Kind == DamageKind.ReplacedJournal;
            if (step.Kind != DamageKind.ReplacedJournal)
                _records.UnionWith(RecordLine().Matches(Encoding.UTF8.GetString(before)).Select(match => match.Value));
        }
    }

    private static byte[]? Change(byte[] bytes, DamageStep step)
    {
        var random = new Random(step.Choice);
        switch (step.Kind)
        {
            case DamageKind.LostSegment:
                return null;
            case DamageKind.CutSegment:
                return bytes[..random.Next(bytes.Length + 1)];
            case DamageKind.ReplacedJournal:
                random.NextBytes(bytes);
                return bytes;
            default:
                if (bytes.Length > 0)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    // Of each folder all but the newest ones, which somebody may still write to.
    private string[] FilesOf(string name, int butNewest)
    {
        try
        {
            return [.. world.Folders().SelectMany(folder => world.Disk.FilesIn(folder).Where(file => file.Contains(name, StringComparison.Ordinal)).SkipLast(butNewest).Select(file => $"{folder}/{file}"))];
        }
        catch (DirectoryNotFoundException)
        {
            // A folder was shipped meanwhile.
            return [];
        }
    }

    [GeneratedRegex(@"p[0-9]+\.s[0-9]+\.[0-9]{4}\.-*\n")]
    private static partial Regex RecordLine();
}
