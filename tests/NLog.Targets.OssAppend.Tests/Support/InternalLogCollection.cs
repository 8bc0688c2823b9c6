namespace NLog.Targets.OssAppend.Tests.Support;

/// <summary>Tests that put a writer of their own into NLog's internal log, of which a process has one: one after the other, beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class InternalLogCollection
{
    public const string Name = "Internal log";
}
