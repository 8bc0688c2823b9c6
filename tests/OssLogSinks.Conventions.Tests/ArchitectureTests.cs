namespace OssLogSinks.Conventions.Tests;

/// <summary>Which project may know which: front doors know Core, Core knows the BCL, the emulator knows nothing of ours.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["OssLogSinks.Aspire"] = ["OssLogSinks.Extensions.Hosting", "OssLogSinks.Extensions.Logging"],
        ["OssLogSinks.Aspire.Hosting"] = ["OssLogSinks.Emulator"],
        ["OssLogSinks.Core"] = [],
        ["OssLogSinks.Emulator"] = [],
        ["OssLogSinks.Extensions.Hosting"] = ["OssLogSinks.Core"],
        ["OssLogSinks.Extensions.Logging"] = ["OssLogSinks.Core"],
        ["Serilog.Sinks.OssAppend"] = ["OssLogSinks.Core"],
        ["NLog.Targets.OssAppend"] = ["OssLogSinks.Core"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["OssLogSinks.Aspire"] = ["Microsoft.Extensions.Hosting.Abstractions"],
        ["OssLogSinks.Aspire.Hosting"] = ["Aspire.Hosting", "Nerdbank.MessagePack", "Polly.Core"],
        ["OssLogSinks.Core"] = ["Microsoft.Bcl.", "System."],
        ["OssLogSinks.Emulator"] = [],
        ["OssLogSinks.Extensions.Hosting"] = ["Microsoft.Extensions.Diagnostics.HealthChecks", "OpenTelemetry.Api.ProviderBuilderExtensions"],
        ["OssLogSinks.Extensions.Logging"] = ["Microsoft.Extensions.Logging.Console"],
        ["Serilog.Sinks.OssAppend"] = ["Microsoft.Extensions.Configuration.Abstractions", "Serilog", "Serilog.Sinks.PeriodicBatching"],
        ["NLog.Targets.OssAppend"] = ["NLog"],
    };

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

    // What an AppHost refers to runs on a developer's machine only; a tool is an application.
    [Fact]
    public void EveryProjectThatShips_IsAotCompatible() =>
        Assert.All(
            Projects("src").Where(file => Name(file) != "OssLogSinks.Aspire.Hosting" && !Repository.IsTool(file)).Select(File.ReadAllText).Where(project => project.Contains("<IsPackable>true", StringComparison.Ordinal)),
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
    public void Internals_AreVisibleOnlyToOwnTestsTestingAndBenchmarks() =>
        Assert.All(
            Projects("src"),
            file => Assert.All(
                Repository.References(file, "InternalsVisibleTo"),
                friend => Assert.True(friend == Name(file) + ".Tests" || friend is "OssLogSinks.Testing" or "OssLogSinks.Benchmarks", $"{Name(file)} shows its internals to {friend}.")));

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

    private static IEnumerable<string> Projects(string folder) =>
        Repository.ProjectFiles.Where(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/').StartsWith(folder + "/", StringComparison.Ordinal));

    private static string Name(string projectFile) => Path.GetFileNameWithoutExtension(projectFile.Replace('\\', '/'));
}
