namespace OssLogSinks.Conventions.Tests;

/// <summary>Each package has its own README, which a package gallery shows. Its snippets and links are checked with all documents.</summary>
public class PackageReadmeTests
{
    public static TheoryData<string> Packages => [.. Repository.ProjectFiles.Where(IsPackable).Select(path => Path.GetFileNameWithoutExtension(path))];

    [Fact]
    public void Packages_AreThoseThatShip() =>
        Assert.Equal(
            Repository.Libraries.Keys.Concat(Repository.OutsideTheSolution).Append("OssLogSinks.Emulator").Append("OssLogSinks.Tool").Order(StringComparer.Ordinal),
            Packages.Select(row => row.Data).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Packages))]
    public void Readme_NamesItsPackageAndInstallsIt(string package)
    {
        var text = Repository.Read($"src/{package}/README.md");

        Assert.StartsWith($"# {package}\n", text);
        Assert.Contains(IsTool(package) ? $"\ndotnet tool install --global {package}\n" : $"\ndotnet add package {package}\n", text);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Readme_SaysWhereToReadOn(string package)
    {
        var pages = Repository.Documents.Where(document => document.StartsWith("docs/", StringComparison.Ordinal)).Select(Path.GetFileName);
        var text = Repository.Read($"src/{package}/README.md");

        Assert.Contains(pages, page => text.Contains(page!, StringComparison.Ordinal));
    }

    // A package gallery shows it without the files beside it.
    [Theory]
    [MemberData(nameof(Packages))]
    public void Readme_LinksToNoFile(string package) =>
        Assert.All(Markdown.Links(Repository.Read($"src/{package}/README.md")), link => Assert.StartsWith("https://", link, StringComparison.Ordinal));

    private static bool IsTool(string package) => Repository.IsTool(Repository.ProjectFiles.Single(file => Path.GetFileNameWithoutExtension(file) == package));

    private static bool IsPackable(string projectFile) => File.ReadAllText(projectFile).Contains("<IsPackable>true", StringComparison.Ordinal);
}
