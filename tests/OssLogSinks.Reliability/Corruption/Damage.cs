using System.Globalization;

namespace OssLogSinks.Reliability.Corruption;

/// <summary>What was done to a folder; the same random numbers do the same.</summary>
internal sealed class Damage
{
    private const int MostFlips = 20;
    private const int MostZeros = 100_000;
    private const double SegmentShare = 0.75;
    private const double JournalShare = 0.95;

    private readonly StoredFolder _folder;
    private readonly Random _random;
    private readonly List<string> _done = [];

    private Damage(StoredFolder folder, Random random)
    {
        _folder = folder;
        _random = random;
    }

    /// <summary>Whether the journal is hit, so that it may not be known any more what is in OSS already.</summary>
    public bool IsJournalHit { get; private set; }

    public static Damage Do(StoredFolder folder, Random random)
    {
        var damage = new Damage(folder, random);
        var kinds = random.Next(10) < 6 ? 1 : random.Next(2, 5);
        for (var i = 0; i < kinds; i++)
            damage.DoOne();
        return damage;
    }

    public override string ToString() => string.Join("; ", _done);

    private void DoOne()
    {
        var name = SomeName();
        var file = _folder.Places[name];
        switch (_random.Next(9))
        {
            case 0 when file.Length > 0:
                var cut = _random.Next(file.Length);
                file.Cut(cut);
                Note(file, $"{name} cut at {cut}");
                break;
            case 1 when file.Length > 0:
                Flip(name, file);
                break;
            case 2 when file.Length > 0:
                var from = _random.Next(file.Length);
                Zero(name, file, from, Math.Min(file.Length, from + _random.Next(1, MostZeros)));
                break;
            case 3 when file.Length > 0:
                Zero(name, file, _random.Next(file.Length), file.Length);
                break;
            case 4:
                _folder.Places.Remove(name);
                file.Lose();
                Note(file, $"{name} removed");
                break;
            case 5:
                file.Cut(0);
                Note(file, $"{name} emptied");
                break;
            case 6:
                Swap(name, file);
                break;
            case 7:
                AddForeignWriter();
                break;
            default:
                Copy();
                break;
        }
    }

    private void Flip(string name, StoredFile file)
    {
        var flips = _random.Next(1, MostFlips + 1);

        // Half of them in a row, as a bad sector has them.
        var first = _random.Next(file.Length);
        var isRow = _random.Next(2) == 0;
        for (var i = 0; i < flips; i++)
            file.Flip(isRow ? Math.Min(first + i, file.Length - 1) : _random.Next(file.Length), _random.Next(8));
        Note(file, $"{name} with {flips} flipped bits{(isRow ? $" from {first}" : "")}");
    }

    private void Zero(string name, StoredFile file, int from, int to)
    {
        file.Zero(from, to);
        Note(file, $"{name} zeroed from {from} to {to} of {file.Length}");
    }

    private void Swap(string name, StoredFile file)
    {
        var other = SomeName();
        if (other == name)
            return;

        var content = _folder.Places[other];
        (_folder.Places[name], _folder.Places[other]) = (content, file);

        // Among segments only the names are wrong, and each says itself which it is. Elsewhere nobody looks for one.
        foreach (var (place, found) in new[] { (name, content), (other, file) })
        {
            if (found.IsSegment && !place.EndsWith(".seg", StringComparison.Ordinal))
                found.Lose();
        }

        IsJournalHit |= file.IsJournal || content.IsJournal || name.StartsWith("journal.", StringComparison.Ordinal) || other.StartsWith("journal.", StringComparison.Ordinal);
        _done.Add($"{name} and {other} swapped");
    }

    private void AddForeignWriter()
    {
        var bytes = new byte[_random.Next(200_000)];
        _random.NextBytes(bytes);
        var name = _random.Next(3) switch
        {
            0 => "notes.txt",
            1 => "journal.7",
            _ => SomeSegmentName(),
        };
        if (_folder.Places.TryAdd(name, new StoredFile(name, bytes)))
            _done.Add($"{name} of {bytes.Length} random bytes added");
    }

    private void Copy()
    {
        var segments = _folder.SegmentNames.ToArray();
        if (segments.Length == 0)
            return;

        var original = segments[_random.Next(segments.Length)];
        var name = _random.Next(2) == 0 ? SomeSegmentName() : "copy of " + original;
        if (_folder.Places.TryAdd(name, new StoredFile(name, [.. _folder.Places[original].Bytes.AsSpan(0, _folder.Places[original].Length)])))
            _done.Add($"{original} copied to {name}");
    }

    private void Note(StoredFile file, string what)
    {
        IsJournalHit |= file.IsJournal;
        _done.Add(what);
    }

    // A number near to those that are in use, before or behind them.
    private string SomeSegmentName() => _random.Next(100_000).ToString("x16", CultureInfo.InvariantCulture) + ".seg";

    private string SomeName()
    {
        var part = _random.NextDouble();
        var names = _folder.Places.Keys.Where(n => part < SegmentShare ? n.EndsWith(".seg", StringComparison.Ordinal)
            : part < JournalShare ? n.StartsWith("journal.", StringComparison.Ordinal)
            : n == "lock").ToArray();
        return names.Length > 0 ? names[_random.Next(names.Length)] : _folder.Places.Keys.ElementAt(_random.Next(_folder.Places.Count));
    }
}
