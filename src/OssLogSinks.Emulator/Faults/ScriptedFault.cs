namespace OssLogSinks.Emulator.Faults;

/// <summary>A line of the script: what to do, to which requests, how often still.</summary>
internal sealed class ScriptedFault(FaultAction action, FaultFilter filter, int count)
{
    public FaultAction Action { get; } = action;

    public FaultFilter Filter { get; } = filter;

    public int Remaining { get; set; } = count;
}
