using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// The folders of a project have an order, and references between their types run down only, so no two of them need each other. The
/// compiled assembly is read, not the usings: a file sees the types of parent namespaces without one. The compiler copies constants, so
/// these are looked for in the sources.
/// </summary>
public partial class FolderArrowTests
{
    private const string Root = "(root)";

    // Source that each front door compiles in.
    private const string Intake = "OssLogSinks.Intake";

    // From top to bottom. Folders on one line do not see each other; a folder that is not listed belongs to the listed one around it.
    private static readonly Dictionary<string, string[][]> Orders = new()
    {
        ["OssLogSinks.Core"] =
        [
            [Root],
            ["DiskBuffer"], ["DiskBuffer/Folders"], ["DiskBuffer/Journal"], ["DiskBuffer/Format"], ["DiskBuffer/Files"],
            ["Delivery"],
            ["Appending"],
            ["Records"],
            ["Client"], ["Client/Signing"], ["Client/Credentials"], ["Client/Errors"], ["Client/Encodings", "Client/Platform"],
            ["Keys"], ["Rolling"], ["Telemetry"], ["Retry"], ["Shutdown"],
        ],
        ["OssLogSinks.Emulator"] =
        [
            ["Tool"],
            [Root],
            ["Page"],
            ["Http"],
            ["Faults", "Operations"],
            ["Authentication"],
            ["Protocol", "Storage"],
            ["Time"],
        ],
        ["Serilog.Sinks.OssAppend"] =
        [
            ["FromConfiguration"],
            [Root],
            ["Delivery", "Rendering"],
            ["Diagnostics"],
            [Intake],
        ],
        ["NLog.Targets.OssAppend"] = [[Root], [Intake]],
        ["OssLogSinks.Aspire"] = [[Root]],
        ["OssLogSinks.Aspire.Hosting"] = [[Root]],
        ["OssLogSinks.Extensions.Hosting"] = [[Root]],
        ["OssLogSinks.Extensions.Logging"] = [[Root], ["Formatting"], ["Events"], [Intake]],
        ["OssLogSinks.Tool"] = [[Root], ["Commands"], ["Compacting"], ["Checks"], ["Reading"], ["Objects"], ["Output"]],
    };

    public static TheoryData<string> Ordered => [.. Orders.Keys];

    [Theory]
    [MemberData(nameof(Ordered))]
    public void References_RunDownOnly(string assembly)
    {
        var order = Orders[assembly];
        var references = AssemblyReferences.Of(FileOf(assembly));
        Assert.NotEmpty(references);
        AssertNone(
            from reference in references
            let source = FolderOf(reference.From, assembly, order)
            let target = FolderOf(reference.To, assembly, order)
            where RunsUp(source, target, order)
            select $"{source}: {reference.From.Name} refers to {target}: {reference.To.Name}");
    }

    [Theory]
    [MemberData(nameof(Ordered))]
    public void Constants_AreTakenFromBelowOnly(string assembly)
    {
        var order = Orders[assembly];
        var constants = AssemblyReferences.ConstantsOf(FileOf(assembly));
        var types = constants.Select(type => type.Key).ToLookup(type => type.Name);
        AssertNone(
            from path in Repository.SourceFiles("src/" + assembly)
            from use in Member().Matches(Comment().Replace(Repository.Read(path), ""))
            from type in types[use.Groups["type"].Value]
            where constants[type].Contains(use.Groups["member"].Value)
            let source = ListedFolder(FolderOf(path), order)
            let target = FolderOf(type, assembly, order)
            where RunsUp(source, target, order)
            select $"{path} names a constant of {target}: {type.Name}");
    }

    [Theory]
    [MemberData(nameof(Ordered))]
    public void EveryFolder_HasItsPlace(string assembly)
    {
        var order = Orders[assembly];
        var folders = Repository.SourceFiles("src/" + assembly).Select(FolderOf).Distinct();

        Assert.All(folders, folder => Assert.True(ListedFolder(folder, order) is not null, $"{folder} has no place in the order."));
        Assert.All(order.SelectMany(level => level), folder => Assert.True(folder is Root or Intake || Directory.Exists(Path.Combine(Repository.Root, "src", assembly, folder)), $"There is no folder {folder}."));
    }

    // Told in full: an assertion about the collection would show its beginning only.
    private static void AssertNone(IEnumerable<string> upward)
    {
        var offending = upward.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(offending.Count == 0, string.Join('\n', offending));
    }

    private static bool RunsUp(string? source, string? target, string[][] order) =>
        source is not null && target is not null && source != target && LevelOf(source, order) >= LevelOf(target, order);

    private static string FolderOf(string path) => string.Join('/', path.Split('/')[2..^1]) is { Length: > 0 } folder ? folder : Root;

    [GeneratedRegex(@"\b(?<type>[A-Z]\w*)\.(?=(?<member>[A-Z]\w*))")]
    private static partial Regex Member();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    private static string FileOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    // Null for what is not ours: the compiler's own types, and the polyfills.
    private static string? FolderOf(TypeName type, string assembly, string[][] order)
    {
        if (type.Namespace == assembly || type.Namespace is "Serilog" or "NLog.Targets" or "Microsoft.Extensions.DependencyInjection")
            return Root;
        if (type.Namespace == Intake)
            return Intake;

        return type.Namespace.StartsWith(assembly + ".", StringComparison.Ordinal)
            ? ListedFolder(type.Namespace[(assembly.Length + 1)..].Replace('.', '/'), order)
            : null;
    }

    private static string? ListedFolder(string folder, string[][] order) =>
        order.SelectMany(level => level).Where(listed => folder == listed || folder.StartsWith(listed + "/", StringComparison.Ordinal)).MaxBy(listed => listed.Length);

    private static int LevelOf(string folder, string[][] order) => Array.FindIndex(order, level => level.Contains(folder));
}
