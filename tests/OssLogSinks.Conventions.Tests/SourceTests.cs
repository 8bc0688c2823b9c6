using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>Habits of this code that a compiler does not check.</summary>
public partial class SourceTests
{
    [Fact]
    public void Namespace_IsTheFolder() =>
        Assert.All(Repository.SourceFiles("src").Where(p => !p.EndsWith("Program.cs", StringComparison.Ordinal)), path =>
        {
            var folders = path.Split('/')[1..^1];
            var expected = string.Join('.', folders);
            var actual = NamespaceLine().Match(Repository.Read(path)).Groups["name"].Value;

            // What users type is where they look for it, without a using of ours.
            Assert.Contains(actual, path.EndsWith("ConfigurationExtensions.cs", StringComparison.Ordinal) ? ["Serilog"]
                : expected == "OssLogSinks.Aspire" && path.EndsWith("BuilderExtensions.cs", StringComparison.Ordinal) ? ["Microsoft.Extensions.Hosting"]
                : expected == "OssLogSinks.Aspire.Hosting" && path.EndsWith("BuilderExtensions.cs", StringComparison.Ordinal) ? ["Aspire.Hosting"]
                : path.EndsWith("BuilderExtensions.cs", StringComparison.Ordinal) || path.EndsWith("CollectionExtensions.cs", StringComparison.Ordinal) ? ["Microsoft.Extensions.DependencyInjection"]
                : path.EndsWith("OssAppendLoggerExtensions.cs", StringComparison.Ordinal) ? ["Microsoft.Extensions.Logging"]
                : expected == "NLog.Targets.OssAppend" ? [expected, "NLog.Targets"]
                : new[] { expected });
        });

    [Fact]
    public void Code_HasNoLeftovers() =>
        Assert.All(Repository.SourceFiles("src").Concat(Repository.SourceFiles("samples")), path =>
            Assert.False(Leftover().IsMatch(Repository.Read(path)), $"{path} has a leftover."));

    // The compiler demands braces where a statement takes several lines (IDE0011); this is the other half of the rule.
    [Fact]
    public void StatementOfOneLine_HasNoBraces() =>
        Assert.All(new[] { "src", "tests", "samples" }.SelectMany(Repository.SourceFiles), path =>
        {
            var match = NeedlessBraces().Match(Repository.Read(path));
            Assert.False(match.Success, $"{path}: no braces are needed in{match.Value}");
        });

    [Fact]
    public void NoWarn_SaysWhy() =>
        Assert.All(Repository.ProjectFiles, file =>
        {
            var lines = File.ReadAllLines(file);
            for (var i = 0; i < lines.Length; i++)
                Assert.True(!lines[i].Contains("<NoWarn>", StringComparison.Ordinal) || (i > 0 && lines[i - 1].Contains("<!--", StringComparison.Ordinal)), $"{file}: a NoWarn without its reason.");
        });

    // PolySharp adds its files in another order each time, and the same source became another assembly.
    [Fact]
    public void ShippedCode_HasNoGeneratorFromOutside() =>
        Assert.Equal(
            ["Microsoft.CodeAnalysis.BannedApiAnalyzers"],
            new[] { "Directory.Build.props", "Directory.Build.targets" }.Select(Repository.Read)
                .Concat(Repository.ProjectFiles.Where(file => file.Replace('\\', '/').Contains("/src/", StringComparison.Ordinal)).Select(File.ReadAllText))
                .SelectMany(text => BuildPackage().Matches(text).Select(match => match.Groups["name"].Value)).Distinct());

    [GeneratedRegex(@"(?:^|\n)(?<indent>\ *)(?:if|while|for|foreach) \(.*\)\n\k<indent>\{\n\k<indent>    (?!\ |//|var |using |const ).*;\n\k<indent>\}\n(?!\k<indent>else)")]
    private static partial Regex NeedlessBraces();

    [GeneratedRegex("""<PackageReference Include="(?<name>[^"]+)" PrivateAssets="all" />""")]
    private static partial Regex BuildPackage();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b|#region")]
    private static partial Regex Leftover();
}
