using System.Reflection;
using System.Xml.Linq;

namespace OssLogSinks.Conventions.Tests;

/// <summary>The source tree that these tests look at.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The libraries that ship, with their assemblies.</summary>
    public static IReadOnlyDictionary<string, Assembly> Libraries { get; } = new Dictionary<string, Assembly>
    {
        ["OssLogSinks.Aspire"] = typeof(Aspire.OssAppendSettings).Assembly,
        ["OssLogSinks.Aspire.Hosting"] = typeof(Aspire.Hosting.OssEmulatorResource).Assembly,
        ["OssLogSinks.Core"] = typeof(Core.OssAppender).Assembly,
        ["OssLogSinks.Extensions.Hosting"] = typeof(Extensions.Hosting.OssAppendHealthCheck).Assembly,
        ["OssLogSinks.Extensions.Logging"] = typeof(Extensions.Logging.OssAppendLoggerProvider).Assembly,
        ["Serilog.Sinks.OssAppend"] = typeof(Serilog.OssAppendLoggerConfigurationExtensions).Assembly,
        ["NLog.Targets.OssAppend"] = typeof(NLog.Targets.OssAppendTarget).Assembly,
    };

    public static IReadOnlyList<string> ProjectFiles { get; } =
        [.. new[] { "src", "tests", "samples" }.SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories))];

    /// <summary>The texts for people, with slashes.</summary>
    public static IReadOnlyList<string> Documents { get; } =
        [.. new[] { "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md" }
            .Concat(FilesBelow("docs", "*.md"))
            .Concat(FilesBelow("src", "README.md"))
            .Concat(FilesBelow("samples", "*.md"))
            .Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>The C# files that people wrote below a folder.</summary>
    public static IEnumerable<string> SourceFiles(string folder) => FilesBelow(folder, "*.cs");

    private static IEnumerable<string> FilesBelow(string folder, string name) =>
        Directory.GetFiles(Path.Combine(Root, folder), name, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal));

    public static IReadOnlyList<string> References(string projectFile, string kind) =>
        [.. XDocument.Load(projectFile).Descendants(kind).Select(e => (string?)e.Attribute("Include")).OfType<string>()];

    /// <summary>Whether a project ships as a .NET tool, which has no API.</summary>
    public static bool IsTool(string projectFile) => File.ReadAllText(projectFile).Contains("<PackAsTool>true", StringComparison.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OssLogSinks.sln")))
            folder = folder.Parent;

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run from within the repository.");
    }
}
