namespace OssLogSinks.Core.Keys;

/// <summary>
/// A key template rendered with everything but the sequence number: the name of a stream. Two equal stream keys name
/// the same objects.
/// </summary>
internal sealed record StreamKey(string Before, SequencePart Sequence, string After)
{
    /// <summary>The key of the stream's object with this sequence number.</summary>
    public string ObjectKey(int sequence) => Before + Sequence.Render(sequence) + After;
}
