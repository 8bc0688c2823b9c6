namespace OssLogSinks.Intake;

/// <summary>The sections of docs/troubleshooting.md that explain the reports of the front doors. Each constant is a heading as an anchor.</summary>
internal static class HelpSections
{
    public const string ChangedSettings = "changed-settings-are-invalid";
    public const string CloseHangs = "closing-does-not-finish";
    public const string ListenerFailed = "a-listener-fails";
}
