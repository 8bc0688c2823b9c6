using OssLogSinks.Core.Spool;
using OssLogSinks.Core.Spool.Disk;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Spool.Disk;

public class SpoolWriterTests
{
    // Five blocks and a bit: a round takes the blocks, and the bit is nothing that anybody hurries for.
    private const int Records = 1060;
    private const int RecordSize = 5000;

    [Fact]
    public async Task RoundThatLeavesSomething_IsFollowedByAnother()
    {
        var world = new BufferWorld();
        using var setup = DeliverySetup.From(world.Options);
        var settings = new DiskSpoolSettings(BufferWorld.Path, 64 << 20, OssBufferFullAction.DropNewest, TimeSpan.Zero, MemoryLimit: 64 << 20);
        var book = new FlushBook();
        using var disk = new LiveFolder(world.Disk, settings, book, setup, () => 0);
        var door = new SpoolDoor(setup, book, disk.Salt, settings.StagingMemory);
        var lane = setup.OpenLane(settings.ShippingMemory);
        var writer = new SpoolWriter(door, disk, new MemoryDetour(lane.Spool, book, disk.Salt), book, setup, settings.SyncInterval);
        var text = new string('.', RecordSize - 1) + "\n";
        for (var i = 0; i < Records; i++)
            Assert.Equal(Acceptance.Accepted, door.TryAdd(AppenderTesting.Record(text, values: "a"), isDue: true, out _));

        // Whatever beat for them, beat before it looked for the first time.
        var writing = Task.Run(writer.RunAsync, TestContext.Current.CancellationToken);
        await world.UntilAsync(() => disk.LastId == Records);

        door.Close();
        await writing;
        await lane.StopAsync();
    }
}
