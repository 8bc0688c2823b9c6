using CsCheck;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>Who writes what under which settings, and what happens to them. Prints as the C# that a replay takes.</summary>
/// <param name="Streams">For each writer the stream that it writes to: two of the same number share their objects.</param>
/// <param name="Batches">What every writer has to deliver: the records' lengths, batch by batch.</param>
/// <param name="SizeLimit">The objects' size limit.</param>
/// <param name="TellsCrc">Whether the service tells CRC-64s.</param>
/// <param name="Script">What happens, in order; afterwards the world is quiet.</param>
internal sealed record Scenario(int[] Streams, int[][] Batches, int SizeLimit, bool TellsCrc, RequestFault[] Script)
{
    // How often each happens, by its number of mentions.
    private static readonly What[] Likely =
    [
        .. Enum.GetValues<What>(),
        .. Enumerable.Repeat(What.Goes, 16), .. Enumerable.Repeat(What.AnswerIsLost, 3), .. Enumerable.Repeat(What.IsLate, 3),
        .. Enumerable.Repeat(What.Lands, 2), What.IsLost, What.ForeignWriterSameLength, What.ForeignWriterLonger, What.Restarts,
    ];

    /// <summary>Whether the key says that no other process writes to the objects; another writer of the same process may all the same.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether objects are compressed.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Whether they begin with a header.</summary>
    public bool HasHeader { get; init; }

    /// <summary>Scenarios of these writers.</summary>
    public static Gen<Scenario> Of(params int[] streams)
    {
        var batches = Gen.Int[0, 2].Select(i => new[] { 6, 7, 12 }[i]).Array[1, 3].Array[1, 4];
        var fault = Gen.Select(Gen.Int[0, streams.Length - 1], Gen.Int[0, Likely.Length - 1], (writer, what) => new RequestFault(writer, Likely[what]));
        var limit = Gen.Int[0, 3].Select(i => new[] { 1 << 20, 40, 20, 13 }[i]);
        return Gen.Select(batches, limit, Gen.Int[0, 3], Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool), fault.Array[0, 16 + (14 * streams.Length)],
            (b, l, crc, format, script) => new Scenario(streams, b, l, crc > 0, script) { IsCompressed = format.Item1, HasHeader = format.Item2, IsOwn = format.Item3 });
    }

    public override string ToString() =>
        $"new Scenario({List(Streams)}, {List(Batches.Select(b => List(b)))}, {SizeLimit}, {(TellsCrc ? "true" : "false")},\n    {List(Script)}) {{ IsCompressed = {(IsCompressed ? "true" : "false")}, HasHeader = {(HasHeader ? "true" : "false")}, IsOwn = {(IsOwn ? "true" : "false")} }}";

    private static string List<T>(IEnumerable<T> items) => "[" + string.Join(", ", items) + "]";
}
