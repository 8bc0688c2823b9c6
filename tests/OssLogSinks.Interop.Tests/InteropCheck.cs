namespace OssLogSinks.Interop.Tests;

/// <summary>One line of the script's report.</summary>
internal sealed record InteropCheck(string Name, bool Ok, string Detail);
