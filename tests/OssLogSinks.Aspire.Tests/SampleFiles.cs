namespace OssLogSinks.Aspire.Tests;

/// <summary>Where the samples are.</summary>
internal static class SampleFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>The program of a sample that was built in the same configuration as this test.</summary>
    public static string ProgramOf(string sample)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        return Path.Combine(Root, "samples", sample, "bin", configuration, "net10.0", sample + ".dll");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OssLogSinks.sln")))
            folder = folder.Parent!;

        return folder.FullName;
    }
}
