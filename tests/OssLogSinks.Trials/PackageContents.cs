using System.IO.Compression;
using System.Xml.Linq;

namespace OssLogSinks.Trials;

/// <summary>What a package must bring along.</summary>
internal static class PackageContents
{
    private static readonly string[] Packages = ["OssLogSinks.Core", "Serilog.Sinks.OssAppend", "NLog.Targets.OssAppend", "OssLogSinks.Extensions.Hosting", "OssLogSinks.Extensions.Logging", "OssLogSinks.Aspire", "OssLogSinks.Aspire.Hosting", "OssLogSinks.Emulator"];

    public static void Check(string folder)
    {
        foreach (var package in Packages)
        {
            var file = Find(folder, package, ".nupkg");
            using var archive = ZipFile.OpenRead(file);
            foreach (var entry in new[] { "README.md", "icon.png" }.Concat(Library(package, "dll")).Concat(Library(package, "xml")))
                TrialException.Unless(archive.GetEntry(entry) is not null, $"{package} has no {entry}.");
            CheckReadme(package, archive);
            CheckDescription(package, archive);

            using var symbols = ZipFile.OpenRead(Find(folder, package, ".snupkg"));
            foreach (var entry in Library(package, "pdb"))
                TrialException.Unless(symbols.GetEntry(entry) is not null, $"{package} has no {entry} in its symbols.");
        }

        Console.WriteLine($"{Packages.Length} packages have readme, icon, licence, documentation, commit and symbols");
    }

    /// <summary>The one version of a package that is there.</summary>
    public static string VersionOf(string folder, string package) =>
        Path.GetFileNameWithoutExtension(Find(folder, package, ".nupkg"))[(package.Length + 1)..];

    private static void CheckReadme(string package, ZipArchive archive)
    {
        using var reader = new StreamReader(archive.GetEntry("README.md")!.Open());
        TrialException.Unless(reader.ReadLine() == "# " + package, $"{package} has another README than its own.");
    }

    private static void CheckDescription(string package, ZipArchive archive)
    {
        using var stream = archive.GetEntry(package + ".nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        foreach (var (name, value) in new[] { ("license", "Apache-2.0"), ("readme", "README.md"), ("icon", "icon.png") })
            TrialException.Unless(Element(name)?.Value == value, $"{package} does not say its {name}.");
        foreach (var name in new[] { "description", "tags", "copyright", "authors" })
            TrialException.Unless(!string.IsNullOrWhiteSpace(Element(name)?.Value), $"{package} does not say its {name}.");
        TrialException.Unless(Element("repository")?.Attribute("commit") is not null, $"{package} does not say its commit.");

        XElement? Element(string name) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == name);
    }

    private static IEnumerable<string> Library(string package, string extension) =>
        package == "OssLogSinks.Aspire.Hosting"
            ? [$"lib/net10.0/{package}.{extension}", $"lib/net10.0/OssLogSinks.Emulator.{extension}"]
            : package == "OssLogSinks.Emulator" ? [$"tools/net10.0/any/{package}.{extension}"]
            : new[] { "netstandard2.0", "net8.0" }.Select(framework => $"lib/{framework}/{package}.{extension}");

    private static string Find(string folder, string package, string extension)
    {
        // The version follows, and not the rest of another package's name.
        var found = Directory.GetFiles(folder, package + ".*" + extension).Where(file => char.IsDigit(Path.GetFileName(file)[package.Length + 1])).ToArray();
        TrialException.Unless(found.Length == 1, $"{folder} has {found.Length} versions of {package}{extension}, instead of 1.");
        return found[0];
    }
}
