namespace Serilog.Sinks.OssAppend.Tests;

/// <summary>Tests that use what there is only one of in a process: Serilog's self log, the memory.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SinkAloneCollection
{
    public const string Name = "Alone";
}
