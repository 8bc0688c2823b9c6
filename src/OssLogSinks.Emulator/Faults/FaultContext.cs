using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Faults;

/// <summary>What a fault can see and change of the request that it hits.</summary>
internal sealed class FaultContext(OssRequest request, ObjectStore store, EmulatorClock clock)
{
    public OssRequest Request { get; } = request;

    public ObjectStore Store { get; } = store;

    public EmulatorClock Clock { get; } = clock;

    public RequestBody Body { get; set; } = RequestBody.Empty;

    /// <summary>Carries the operation out on the body as it is now.</summary>
    public required Func<OssReply> Commit { get; init; }

    public required CancellationToken Stopping { get; init; }

    public KeySlot Slot => Store.Get(Request.Bucket!).Slot(Request.Key!);
}
