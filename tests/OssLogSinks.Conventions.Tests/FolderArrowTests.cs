namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// The folders of a project have an order, and references between their types run down only. The compiled assembly is read, not the
/// usings: a file sees the types of parent namespaces without one. What the compiler copies, constants and <c>nameof</c>, is not seen.
/// </summary>
public class FolderArrowTests
{
    private const string Root = "(root)";

    // From top to bottom. Folders on one line do not see each other; a folder that is not listed belongs to the listed one around it.
    private static readonly Dictionary<string, string[][]> Orders = new()
    {
        ["OssLogSinks.Emulator"] =
        [
            [Root],
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
        ],
        ["NLog.Targets.OssAppend"] = [[Root]],
        ["OssLogSinks.HealthChecks"] = [[Root]],
    };

    public static TheoryData<string> Ordered => [.. Orders.Keys];

    [Theory]
    [MemberData(nameof(Ordered))]
    public void References_RunDownOnly(string assembly)
    {
        var order = Orders[assembly];
        var query =
            from reference in AssemblyReferences.Of(FileOf(assembly))
            let source = FolderOf(reference.From, assembly, order)
            let target = FolderOf(reference.To, assembly, order)
            where source is not null && target is not null && source != target && LevelOf(source, order) >= LevelOf(target, order)
            select $"{source}: {reference.From.Name} refers to {target}: {reference.To.Name}";

        // Told in full: an assertion about the collection would show its beginning only.
        var offending = query.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(offending.Count == 0, string.Join('\n', offending));
    }

    [Theory]
    [MemberData(nameof(Ordered))]
    public void EveryFolder_HasItsPlace(string assembly)
    {
        var order = Orders[assembly];
        var folders = Repository.SourceFiles("src/" + assembly).Select(path => string.Join('/', path.Split('/')[2..^1])).Select(folder => folder.Length == 0 ? Root : folder).Distinct();

        Assert.All(folders, folder => Assert.True(ListedFolder(folder, order) is not null, $"{folder} has no place in the order."));
        Assert.All(order.SelectMany(level => level), folder => Assert.True(folder == Root || Directory.Exists(Path.Combine(Repository.Root, "src", assembly, folder)), $"There is no folder {folder}."));
    }

    private static string FileOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    // Null for what is not ours: the compiler's own types, and the polyfills.
    private static string? FolderOf(TypeName type, string assembly, string[][] order)
    {
        if (type.Namespace == assembly || type.Namespace is "Serilog" or "NLog.Targets" or "Microsoft.Extensions.DependencyInjection")
            return Root;

        return type.Namespace.StartsWith(assembly + ".", StringComparison.Ordinal)
            ? ListedFolder(type.Namespace[(assembly.Length + 1)..].Replace('.', '/'), order)
            : null;
    }

    private static string? ListedFolder(string folder, string[][] order) =>
        order.SelectMany(level => level).Where(listed => folder == listed || folder.StartsWith(listed + "/", StringComparison.Ordinal)).MaxBy(listed => listed.Length);

    private static int LevelOf(string folder, string[][] order) => Array.FindIndex(order, level => level.Contains(folder));
}
