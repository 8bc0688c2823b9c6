namespace OssLogSinks.Emulator.Storage;

/// <summary>One append to carry out: where (null: wherever the end is), what, and under which limit.</summary>
internal sealed record AppendOrder(long? Position, RequestBody Body, DateTimeOffset Now)
{
    public ObjectAttributes Attributes { get; init; } = ObjectAttributes.Plain;

    public long MaxLength { get; init; } = long.MaxValue;

    /// <summary>Only says what would happen.</summary>
    public bool CheckOnly { get; init; }
}
