namespace OssLogSinks.Aspire.Tests;

/// <summary>What several tests need: where the samples are, and the name of a collection.</summary>
internal static class SampleFiles
{
    /// <summary>The collection of tests that open sinks: the health check finds all of the process, so these tests run one after the other.</summary>
    public const string SinksOfTheProcess = "sinks of the process";

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
