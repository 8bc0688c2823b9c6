namespace OssLogSinks.Conventions.Tests;

/// <summary>Which project may know which: front doors know Core, Core knows the BCL, the emulator knows nothing of ours.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["OssLogSinks.AlibabaCloudSdk"] = ["OssLogSinks.Core"],
        ["OssLogSinks.AliyunSdk"] = ["OssLogSinks.Core"],
        ["OssLogSinks.Aspire"] = ["OssLogSinks.Extensions.Hosting", "OssLogSinks.Extensions.Logging"],
        ["OssLogSinks.Aspire.Hosting"] = ["OssLogSinks.Emulator"],
        ["OssLogSinks.Core"] = [],
        ["OssLogSinks.Emulator"] = [],
        ["OssLogSinks.Extensions.Hosting"] = ["OssLogSinks.Core"],
        ["OssLogSinks.Extensions.Logging"] = ["OssLogSinks.Core"],
        ["OssLogSinks.Tool"] = ["OssLogSinks.Core"],
        ["Serilog.Sinks.OssAppend"] = ["OssLogSinks.Core"],
        ["NLog.Targets.OssAppend"] = ["OssLogSinks.Core"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["OssLogSinks.AlibabaCloudSdk"] = ["AlibabaCloud.OSS.V2"],
        ["OssLogSinks.AliyunSdk"] = ["Aliyun.OSS.SDK.NetCore"],
        ["OssLogSinks.Aspire"] = ["Microsoft.Extensions.Hosting.Abstractions"],
        ["OssLogSinks.Aspire.Hosting"] = ["Aspire.Hosting", "Nerdbank.MessagePack", "Polly.Core"],
        ["OssLogSinks.Core"] = ["Microsoft.Bcl.", "System."],
        ["OssLogSinks.Emulator"] = [],
        ["OssLogSinks.Extensions.Hosting"] = ["Microsoft.Extensions.Diagnostics.HealthChecks", "OpenTelemetry.Api.ProviderBuilderExtensions"],
        ["OssLogSinks.Extensions.Logging"] = ["Microsoft.Extensions.Logging.Console"],
        ["OssLogSinks.Tool"] = ["Parquet.Net", "Serilog.Expressions", "Spectre.Console", "System.CommandLine"],
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

    // What an AppHost refers to runs on a developer's machine only; a tool is an application. Alibaba's SDKs are not annotated for native AOT.
    [Fact]
    public void EveryProjectThatShips_IsAotCompatible() =>
        Assert.All(
            Projects("src").Where(file => Name(file) != "OssLogSinks.Aspire.Hosting" && !Repository.IsTool(file) && !Repository.OutsideTheSolution.Contains(Name(file))).Select(File.ReadAllText).Where(project => project.Contains("<IsPackable>true", StringComparison.Ordinal)),
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

        Assert.All(Repository.ProjectFiles, file => Assert.True(
            solution.Contains(Path.GetFileName(file), StringComparison.Ordinal) != Repository.OutsideTheSolution.Contains(Name(file)),
            $"{Name(file)} is in the solution, or in the list of those outside, but not in both."));
    }

    // The first line says why, and how they are built.
    [Fact]
    public void ProjectOutsideTheSolution_SaysWhy() =>
        Assert.All(
            Repository.ProjectFiles.Where(file => Repository.OutsideTheSolution.Contains(Name(file))),
            file => Assert.StartsWith("<!-- Not in OssLogSinks.sln: ", File.ReadAllText(file), StringComparison.Ordinal));

    private static IEnumerable<string> Projects(string folder) =>
        Repository.ProjectFiles.Where(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/').StartsWith(folder + "/", StringComparison.Ordinal));

    private static string Name(string projectFile) => Path.GetFileNameWithoutExtension(projectFile.Replace('\\', '/'));
}
