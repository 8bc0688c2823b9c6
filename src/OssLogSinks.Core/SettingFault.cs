namespace OssLogSinks.Core;

/// <summary>One setting that cannot be used.</summary>
/// <param name="Setting">The setting's name, as a property of <see cref="OssAppenderOptions"/>, with its part behind a dot: <c>ObjectProperties.ContentType</c>.</param>
/// <param name="Problem">What is wrong with it and how to mend it; no secret in it.</param>
public sealed record SettingFault(string Setting, string Problem)
{
    /// <summary>Gives name and problem on one line.</summary>
    public override string ToString() => $"{Setting}: {Problem}";
}
