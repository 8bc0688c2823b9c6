using System.Collections.Concurrent;

namespace OssLogSinks.Emulator.Storage;

/// <summary>A bucket with one slot per key. A slot is never removed, so its lock always protects its key.</summary>
internal sealed class Bucket(string name, DateTimeOffset created, StoreLog log)
{
    private readonly ConcurrentDictionary<string, KeySlot> _slots = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public DateTimeOffset Created { get; } = created;

    /// <summary>Whether answers to appends and reads have the header <c>x-oss-version-id: null</c>; it has no other effect.</summary>
    public bool IsVersioned { get; set; }

    public bool IsDisabled { get; set; }

    public bool IsEmpty => _slots.Values.All(slot => slot.State is null);

    public KeySlot Slot(string key) => _slots.GetOrAdd(key, static (k, of) => new KeySlot(of.Name, k, of.Log), (Name, Log: log));

    public KeySlot? Find(string key) => _slots.GetValueOrDefault(key);

    /// <summary>Every key that has a slot, also those without an object.</summary>
    public IEnumerable<KeySlot> Slots => _slots.Values;

    /// <summary>The objects whose keys match, in no order.</summary>
    public IEnumerable<(string Key, ObjectState State)> Find(Func<string, bool> matches)
    {
        foreach (var (key, slot) in _slots)
        {
            if (matches(key) && slot.State is { } state)
                yield return (key, state);
        }
    }

    /// <summary>The objects with a prefix, sorted by the UTF-8 bytes of their keys.</summary>
    public IReadOnlyList<(string Key, ObjectState State)> List(string prefix)
    {
        var found = Find(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        found.Sort((a, b) => KeyOrder.Compare(a.Key, b.Key));
        return found;
    }
}

/// <summary>Compares keys as OSS sorts them: by UTF-8 bytes, which is code point order, not UTF-16 order.</summary>
internal static class KeyOrder
{
    public static int Compare(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);

        return Rank(a[common]).CompareTo(Rank(b[common]));
    }

    // A surrogate is part of a code point above U+FFFF, so it sorts after every other character.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
