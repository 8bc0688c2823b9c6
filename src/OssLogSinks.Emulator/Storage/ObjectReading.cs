namespace OssLogSinks.Emulator.Storage;

/// <summary>State and bytes of one moment; no bytes where the emulator keeps none.</summary>
internal sealed record ObjectReading(ObjectState State, IReadOnlyList<ReadOnlyMemory<byte>>? Bytes);
