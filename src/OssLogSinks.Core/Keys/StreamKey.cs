namespace OssLogSinks.Core.Keys;

/// <summary>
/// A key template rendered with everything but the sequence number: the name of a stream. Two equal stream keys name
/// the same objects.
/// </summary>
internal sealed record StreamKey(string Before, SequencePart Sequence, string After)
{
    /// <summary>
    /// Whether the key holds the instance id of the process that logged: no other process writes to the stream, unless it ships what
    /// this one left.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>
    /// How the stream's objects are compressed. Their name says it, so that whoever ships what another process left goes on as
    /// that one would have, whatever its own settings are.
    /// </summary>
    public OssCompression Compression => GzipSuffix.EndsIn(After) ? OssCompression.Gzip : OssCompression.None;

    /// <summary>The key of the stream's object with this sequence number.</summary>
    public string ObjectKey(int sequence) => Before + Sequence.Render(sequence) + After;
}
