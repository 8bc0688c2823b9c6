using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// Which project may know which: front doors know Core, Core knows the BCL, the emulator knows nothing of ours. Within Core the folders are
/// rooms, one below the other: what is in one uses what is in it or below it, so no two of them need each other.
/// </summary>
public partial class ArchitectureTests
{
    private const string Core = "OssLogSinks.Core";

    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["OssLogSinks.Core"] = [],
        ["OssLogSinks.Emulator"] = [],
        ["OssLogSinks.HealthChecks"] = ["OssLogSinks.Core"],
        ["Serilog.Sinks.OssAppend"] = ["OssLogSinks.Core"],
        ["NLog.Targets.OssAppend"] = ["OssLogSinks.Core"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["OssLogSinks.Core"] = ["Microsoft.Bcl.", "System."],
        ["OssLogSinks.Emulator"] = [],
        ["OssLogSinks.HealthChecks"] = ["Microsoft.Extensions.Diagnostics.HealthChecks"],
        ["Serilog.Sinks.OssAppend"] = ["Microsoft.Extensions.Configuration.Abstractions", "Serilog", "Serilog.Sinks.PeriodicBatching"],
        ["NLog.Targets.OssAppend"] = ["NLog"],
    };

    // Core's folders from the top down. The last five are leaves: they use nothing of ours but each other.
    private static readonly string[] Rooms =
    [
        "",
        "DiskBuffer", "DiskBuffer.Folders", "DiskBuffer.Journal", "DiskBuffer.Format", "DiskBuffer.Files",
        "Delivery",
        "Appending",
        "Records",
        "Client", "Client.Signing", "Client.Credentials", "Client.Errors",
        "Keys", "Rolling", "Telemetry", "Retry", "Shutdown",
    ];

    public static TheoryData<string> Shipped => [.. AllowedProjects.Keys];

    [Fact]
    public void EveryProjectUnderSrc_IsKnownHere() =>
        Assert.Equal(AllowedProjects.Keys.Order(StringComparer.Ordinal), Projects("src").Select(Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ProjectUnderSrc_ReferencesOnlyWhatItMay(string project)
    {
        var file = Projects("src").Single(p => Name(p) == project);

        Assert.All(Repository.References(file, "ProjectReference"), reference => Assert.Contains(Name(reference), AllowedProjects[project]));
        Assert.All(
            Repository.References(file, "PackageReference"),
            package => Assert.Contains(AllowedPackages[project], allowed => allowed.EndsWith('.') ? package.StartsWith(allowed, StringComparison.Ordinal) : package == allowed));
    }

    [Fact]
    public void EveryProjectThatShips_IsAotCompatible() =>
        Assert.All(
            Projects("src").Select(File.ReadAllText).Where(project => project.Contains("<IsPackable>true", StringComparison.Ordinal)),
            project =>
            {
                Assert.Contains("<TargetFrameworks>netstandard2.0;net8.0</TargetFrameworks>", project);
                Assert.Contains("<IsAotCompatible Condition=\"'$(TargetFramework)' == 'net8.0'\">true</IsAotCompatible>", project);
            });

    [Fact]
    public void NothingOutsideTests_ReferencesATest() =>
        Assert.All(
            Projects("src").Concat(Projects("samples")),
            file => Assert.DoesNotContain(Repository.References(file, "ProjectReference"), r => r.Replace('\\', '/').Contains("/tests/", StringComparison.Ordinal)));

    [Fact]
    public void Internals_AreVisibleOnlyToTheProjectsOwnTestsAndTheBenchmarks() =>
        Assert.All(
            Projects("src"),
            file => Assert.All(
                Repository.References(file, "InternalsVisibleTo"),
                friend => Assert.True(friend == Name(file) + ".Tests" || friend == "OssLogSinks.Benchmarks", $"{Name(file)} shows its internals to {friend}.")));

    [Fact]
    public void AssembliesThatShip_ReferenceOnlyWhatTheirProjectsSay()
    {
        var core = Repository.Libraries["OssLogSinks.Core"].GetReferencedAssemblies().Select(a => a.Name!);

        Assert.All(core, name => Assert.True(name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Bcl.", StringComparison.Ordinal), name));
    }

    [Fact]
    public void EveryProject_IsInTheSolution()
    {
        var solution = Repository.Read("OssLogSinks.sln");

        Assert.All(Repository.ProjectFiles, file => Assert.Contains(Path.GetFileName(file), solution));
    }

    [Fact]
    public void EveryFolderOfCore_IsARoom() =>
        Assert.Equal(Rooms.Order(StringComparer.Ordinal), CoreFiles().Select(FolderOf).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void TypesOfCore_ReferToNoneInARoomAbove()
    {
        var references = TypeReferences.Of(Repository.Libraries[Core].Location).Where(reference => IsOfCore(reference.From) && IsOfCore(reference.To)).ToList();

        Assert.NotEmpty(references);
        AssertNone(references.Where(reference => RunsUp(RoomOf(reference.From), RoomOf(reference.To))));
    }

    // The assembly holds a constant's value where its source has its name.
    [Fact]
    public void FilesOfCore_NameNoConstantOfARoomAbove()
    {
        var constants = TypeReferences.Constants(Repository.Libraries[Core].Location);
        var types = constants.Select(type => type.Key).Where(IsOfCore).ToLookup(type => type[(type.LastIndexOf('.') + 1)..]);
        var uses = CoreFiles()
            .SelectMany(path => Member().Matches(Comment().Replace(Repository.Read(path), "")), (path, use) => (Path: path, Type: use.Groups["type"].Value, Member: use.Groups["member"].Value))
            .SelectMany(use => types[use.Type].Where(type => constants[type].Contains(use.Member)), (use, type) => (From: use.Path, To: type))
            .Distinct().ToList();

        Assert.NotEmpty(uses);
        AssertNone(uses.Where(use => RunsUp(FolderOf(use.From), RoomOf(use.To))));
    }

    private static void AssertNone(IEnumerable<(string From, string To)> upward)
    {
        var arrows = upward.Select(arrow => $"{arrow.From} -> {arrow.To}").Order(StringComparer.Ordinal).ToList();
        Assert.True(arrows.Count == 0, "These run up:\n" + string.Join('\n', arrows));
    }

    private static bool RunsUp(string from, string to) => Array.IndexOf(Rooms, to) < Array.IndexOf(Rooms, from);

    private static bool IsOfCore(string type) => type.StartsWith(Core + ".", StringComparison.Ordinal);

    private static string RoomOf(string type) => type.LastIndexOf('.') is var end && end > Core.Length ? type[(Core.Length + 1)..end] : "";

    private static IEnumerable<string> CoreFiles() => Repository.SourceFiles($"src/{Core}");

    private static string FolderOf(string path) => path[$"src/{Core}".Length..path.LastIndexOf('/')].TrimStart('/').Replace('/', '.');

    [GeneratedRegex(@"\b(?<type>[A-Z]\w*)\.(?=(?<member>[A-Z]\w*))")]
    private static partial Regex Member();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    private static IEnumerable<string> Projects(string folder) =>
        Repository.ProjectFiles.Where(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/').StartsWith(folder + "/", StringComparison.Ordinal));

    private static string Name(string projectFile) => Path.GetFileNameWithoutExtension(projectFile.Replace('\\', '/'));
}
