using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator.Faults;

/// <summary>What a fault does, in two steps around the commit. A reply from the first step takes the place of the commit.</summary>
internal sealed record FaultAction(string Kind)
{
    /// <summary>It decides how the request ends; a request takes one such fault at most, but any number of others.</summary>
    public bool Ends { get; init; }

    /// <summary>It closes the connection while the body is coming in.</summary>
    public bool CutsBody { get; init; }

    public Func<FaultContext, ValueTask<OssReply?>>? Before { get; init; }

    public Func<FaultContext, OssReply, ValueTask<OssReply>>? After { get; init; }
}
