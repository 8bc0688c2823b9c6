using CsCheck;
using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;

namespace OssLogSinks.Core.Tests.DiskBuffer.Journal;

/// <summary>Any life, cut anywhere: the journal that is found is one that the calls allow. Its files are small, so that they change often.</summary>
public class BufferJournalPropertyTests
{
    private const int Entries = 8;

    [Fact]
    public void ClosedJournal_IsFoundAsItWas() =>
        Gen.Select(JournalWorld.Lives, Gen.Bool).Sample((steps, syncs) =>
        {
            var disk = JournalWorld.NewDisk();
            var world = new JournalWorld();
            using (var journal = BufferJournal.Create(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs, Entries))
            {
                world.Live(journal, steps);
                world.Judge(journal.State, isCertain: true, isDurable: true);
            }

            var state = JournalWorld.Found(disk);
            world.Judge(state, isCertain: true, isDurable: true);
            Assert.False(state.IsDamaged);
        }, iter: 2 * CsCheck.Check.Iter);

    [Fact]
    public void KilledInAnyWrite_LosesNothingThatReturned() =>
        Gen.Select(JournalWorld.Lives, JournalWorld.Lives, Gen.Int[0, 150], Gen.Int[0, 1000], Gen.Bool).Sample((first, second, writes, tornAt, syncs) =>
        {
            var disk = JournalWorld.NewDisk();
            var world = new JournalWorld();
            var isDead = false;
            Live(BufferJournal.Create, first, writes);
            Live(BufferJournal.Open, second, writes / 2);

            void Live(Func<IBufferFiles, string, FolderId, bool, int, BufferJournal?> begin, JournalWorld.Step[] steps, int deadly)
            {
                var process = new ProcessDisk(disk) { LastWriteShare = tornAt / 1000.0 };
                var journal = begin(process, JournalWorld.Folder, JournalWorld.FolderId, syncs, Entries)!;
                Assert.False(journal.State.IsDamaged);
                process.DieInWrite(deadly);
                world.Live(journal, steps);
                isDead |= process.IsDead;
                process.Die();

                var found = JournalWorld.Found(disk);
                Assert.False(found.IsDamaged);
                world.Judge(found, isCertain: true, isDurable: !isDead);
            }
        }, iter: 3 * CsCheck.Check.Iter);

    [Fact]
    public void PowerCut_LosesNothingThatWasSyncedAndInventsNothing() =>
        Gen.Select(JournalWorld.Lives, JournalWorld.Lives, Gen.Int[0, 150], Gen.Int[0, 1000], Gen.Int[0, int.MaxValue]).Sample((first, second, writes, tornAt, seed) =>
        {
            var luck = new Random(seed);
            var disk = JournalWorld.NewDisk();
            var process = new ProcessDisk(disk) { LastWriteShare = tornAt / 1000.0 };
            var world = new JournalWorld();
            var journal = BufferJournal.Create(process, JournalWorld.Folder, JournalWorld.FolderId, syncs: true, Entries);
            process.DieInWrite(writes);
            world.Live(journal, first);
            CutPower(disk, luck, seed % 5);

            var next = BufferJournal.Open(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs: true, Entries)!;
            world.Judge(next.State, isCertain: true, isDurable: false);
            world.Live(next, second);
            CutPower(disk, luck, seed % 5);
            world.Judge(JournalWorld.Found(disk), isCertain: true, isDurable: false);
        }, iter: 3 * CsCheck.Check.Iter);

    [Fact]
    public void PowerCutWithoutSyncs_InventsNothing() =>
        Gen.Select(JournalWorld.Lives, Gen.Int[0, int.MaxValue]).Sample((steps, seed) =>
        {
            var luck = new Random(seed);
            var disk = JournalWorld.NewDisk();
            var world = new JournalWorld();
            world.Live(BufferJournal.Create(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs: false, Entries), steps);
            CutPower(disk, luck, seed % 5);
            world.Judge(JournalWorld.Found(disk), isCertain: false, isDurable: false);
        }, iter: 2 * CsCheck.Check.Iter);

    [Fact]
    public void FlippedBitsAndHolesAnywhere_AreOpenedAndInventNothing() =>
        Gen.Select(JournalWorld.Lives, JournalWorld.Lives, Gen.Int[1, 12], Gen.Int[0, int.MaxValue]).Sample((first, second, wounds, seed) =>
        {
            var luck = new Random(seed);
            var disk = JournalWorld.NewDisk();
            var world = new JournalWorld();
            world.Live(BufferJournal.Create(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs: true, Entries), first);
            disk.KillHolders();
            for (var i = 0; i < wounds; i++)
                Wound(disk, luck);

            var next = BufferJournal.Open(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs: true, Entries)!;
            world.Judge(next.State, isCertain: false, isDurable: false);
            world.Live(next, second);
            world.Judge(JournalWorld.Found(disk), isCertain: false, isDurable: false);
        }, iter: 3 * CsCheck.Check.Iter);

    [Fact]
    public void DiskThatFailsForAWhile_LosesNothingThatReturnedAndCatchesUp() =>
        Gen.Select(JournalWorld.Lives, JournalWorld.Lives, JournalWorld.Lives, Gen.Int[0, 2], Gen.Bool).Sample((before, during, after, how, changesFiles) =>
        {
            var disk = JournalWorld.NewDisk();
            var world = new JournalWorld();
            var entries = changesFiles ? Entries : 50 * Entries;
            using (var journal = BufferJournal.Create(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs: true, entries))
            {
                world.Live(journal, before);
                disk.Fail(how == 0 ? [DiskAct.Write] : how == 1 ? [DiskAct.Sync] : []);
                disk.SetFull(how == 2);
                world.Live(journal, during);
                disk.Fail();
                disk.SetFull(false);
                world.Live(journal, after);
            }

            // Power goes as well: what was only accepted while the disk failed was written in the end.
            disk.PowerCut();
            var state = JournalWorld.Found(disk);
            Assert.False(state.IsDamaged);
            world.Judge(state, isCertain: true, isDurable: true);
        }, iter: 3 * CsCheck.Check.Iter);

    // Of four parts that were not synced, so many survive.
    private static void CutPower(MemoryDisk disk, Random luck, int survivors) => disk.PowerCut(() => luck.Next(4) < survivors ? 0 : 1);

    private static void Wound(MemoryDisk disk, Random luck)
    {
        var (path, bytes) = JournalWorld.FilesOf(disk).ElementAt(luck.Next(2));
        var at = luck.Next(Math.Max(1, bytes.Length));
        switch (luck.Next(8))
        {
            case 0:
                disk.Put(path, bytes[..at]);
                return;
            case 1:
                Array.Clear(bytes, at, Math.Min(bytes.Length - at, luck.Next(700)));
                break;
            case 2:
                // An entry copied over another: whole, but not where it was written.
                var (from, to) = (at / JournalEntry.Size * JournalEntry.Size, luck.Next((bytes.Length / JournalEntry.Size) + 1) * JournalEntry.Size);
                if (Math.Max(from, to) + JournalEntry.Size <= bytes.Length)
                    Array.Copy(bytes, from, bytes, to, JournalEntry.Size);
                break;
            default:
                if (bytes.Length > 0)
                    bytes[at] ^= (byte)(1 << luck.Next(8));
                break;
        }

        disk.Put(path, bytes);
    }
}
