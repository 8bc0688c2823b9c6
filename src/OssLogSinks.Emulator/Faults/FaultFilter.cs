using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Faults;

/// <summary>
/// Selects the requests that a fault may hit. Requests that the emulator refuses before it reads the body never match: those with an invalid
/// signature, for instance, or for a bucket that does not exist.
/// </summary>
/// <param name="Operation">The operation; <see cref="OssOperation.Any"/> for all operations.</param>
/// <param name="Key">The object key; null (the default) for all keys.</param>
public sealed record FaultFilter(OssOperation Operation, string? Key = null)
{
    /// <summary>Every append; the default of all faults whose description states no other.</summary>
    public static FaultFilter Appends { get; } = new(OssOperation.AppendObject);

    /// <summary>Every HeadObject.</summary>
    public static FaultFilter Heads { get; } = new(OssOperation.HeadObject);

    /// <summary>Every GetObject.</summary>
    public static FaultFilter Gets { get; } = new(OssOperation.GetObject);

    /// <summary>Every request.</summary>
    public static FaultFilter Any { get; } = new(OssOperation.Any);

    /// <summary>A filter for all requests of one operation.</summary>
    /// <param name="operation">The operation.</param>
    public static implicit operator FaultFilter(OssOperation operation) => FromOssOperation(operation);

    /// <summary>A filter for all requests of one operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>The filter.</returns>
    public static FaultFilter FromOssOperation(OssOperation operation) => new(operation);

    internal bool Matches(OssOperation operation, string? key) =>
        (Operation == OssOperation.Any || Operation == operation) && (Key is null || Key == key);
}
