namespace OssLogSinks.Core.Spool.Disk;

/// <summary>Puts together what the two files of a journal say: the newest complete generation, or the best that can be had.</summary>
internal static class SpoolJournalReading
{
    /// <returns>The state, which file to leave alone until the other one is whole, and the highest generation seen.</returns>
    public static (JournalState State, int Newest, long Generation) Read(SpoolJournalContent? zero, SpoolJournalContent? one)
    {
        var firstIsNewer = (zero?.Generation ?? 0) >= (one?.Generation ?? 0);
        var (newer, older) = firstIsNewer ? (zero, one) : (one, zero);
        var newest = firstIsNewer ? 0 : 1;
        if (newer is null || newer.Generation == 0)
            return (new JournalState { IsDamaged = true, IsMissing = zero is not { IsBlank: false } && one is not { IsBlank: false } }, newest, 0);

        var state = new JournalState();
        if (newer.IsComplete)
        {
            // A journal is begun with a generation in either file: one that is empty now has been emptied. (Or the beginning
            // was cut. That cannot be told, and then the folder holds nothing yet.)
            state.IsDamaged = newer.IsDamaged || older is null or { IsBlank: true };
            Apply(state, newer);
            return (state, newest, newer.Generation);
        }

        // The change to the newer file was cut: the older one has everything. Or the newer file was whole and is damaged:
        // then what it still has is true, and newer.
        var isOlderWhole = older is { IsComplete: true, IsDamaged: false };
        state.IsDamaged = !isOlderWhole || newer.WasAddedTo || newer.IsDamaged;
        if (older is not null)
            Apply(state, older);

        Apply(state, newer);
        return (state, older is { IsComplete: true } ? 1 - newest : newest, newer.Generation);
    }

    private static void Apply(JournalState state, SpoolJournalContent content)
    {
        foreach (var entry in content.Entries)
            state.Apply(entry);
    }
}
