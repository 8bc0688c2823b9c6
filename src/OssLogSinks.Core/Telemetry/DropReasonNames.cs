namespace OssLogSinks.Core.Telemetry;

/// <summary>The reasons in words, made once: in an outage each event asks for its own.</summary>
internal static class DropReasonNames
{
    public const int Count = (int)DropReason.Unreadable + 1;

    private static readonly string[] Names = [.. Enumerable.Range(0, Count).Select(reason => ((DropReason)reason).ToString())];

    public static string Of(DropReason reason) => Names[(int)reason];
}
