using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OssLogSinks.Emulator;

namespace OssLogSinks.Trials;

/// <summary>
/// Fresh projects that take the packages from a folder, as the README and docs/getting-started.md tell: a console program with Serilog,
/// one with NLog, a site with each of them, one with Microsoft.Extensions.Logging alone; and a library for .NET Framework 4.6.2 and .NET 8,
/// which is compiled only.
/// </summary>
internal sealed partial class PackageTrials
{
    private readonly TrialFolder _workshop;
    private readonly string _feed;
    private readonly XDocument _versions;
    private readonly IReadOnlyDictionary<string, string> _ordered;

    public PackageTrials(TrialFolder trialFolder, string feed, IReadOnlyDictionary<string, string> ordered)
    {
        _ordered = ordered;
        _workshop = trialFolder;
        _feed = Path.GetFullPath(feed);
        _versions = XDocument.Load(Path.Combine(trialFolder.Repository, "Directory.Packages.props"));

        // Packages of this feed never come from, or get into, the user's own cache, where an older build may have the same version.
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        trialFolder.Environment["NUGET_PACKAGES"] = Path.Combine(trialFolder.Folder, "packages");
        File.WriteAllText(Path.Combine(trialFolder.Folder, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="trial" value="{_feed}" /></packageSources>
              <fallbackPackageFolders><add key="cache" value="{cache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    public async Task RunAsync()
    {
        await using var emulator = await _workshop.StartOssAsync();
        await RunConsoleAsync(emulator, "Console", "Serilog.Sinks.OssAppend", "");
        await RunConsoleAsync(emulator, "NLogConsole", "NLog.Targets.OssAppend", "<None Update=\"nlog.config\" CopyToOutputDirectory=\"PreserveNewest\" />");
        await RunSiteAsync(emulator, "SerilogWeb", ["Serilog.Sinks.OssAppend", "Serilog.AspNetCore"]);
        await RunSiteAsync(emulator, "NLogWeb", ["NLog.Targets.OssAppend", "NLog.Web.AspNetCore"]);
        await RunSiteAsync(emulator, "LoggingWeb", ["OssLogSinks.Extensions.Logging"]);
        await CompileLibraryAsync();
        await InstallToolAsync("OssLogSinks.Emulator", "oss-emulator");
    }

    private async Task RunConsoleAsync(OssEmulator emulator, string name, string package, string item)
    {
        DeleteObjects(emulator);
        var folder = await CreateAsync(name, "console", [package]);
        var project = Path.Combine(folder, name + ".csproj");
        await File.WriteAllTextAsync(project, (await File.ReadAllTextAsync(project)).Replace("</Project>", $"<ItemGroup>{item}</ItemGroup></Project>", StringComparison.Ordinal));
        await _workshop.RunAsync(folder, "dotnet", "run");

        var lines = TrialFolder.Lines(emulator, "shop/");
        TrialException.Unless(lines.Count == 1 && lines[0].EndsWith("Order 4711 was paid", StringComparison.Ordinal), $"{name}: its event is not there.");
        Console.WriteLine($"a fresh console program, {name}, shipped its event");
    }

    private async Task RunSiteAsync(OssEmulator emulator, string name, string[] packages)
    {
        DeleteObjects(emulator);
        var folder = await CreateAsync(name, "web", packages);
        await _workshop.RunAsync(folder, "dotnet", "build", "-o", "out");
        _workshop.Environment["Serilog__WriteTo__Oss__Args__endpoint"] = emulator.Endpoint.ToString();
        _workshop.Environment["Logging__OssAppend__endpoint"] = emulator.Endpoint.ToString();
        var code = await VisitAndStopAsync(folder, name);

        var lines = TrialFolder.Lines(emulator, "shop/");
        TrialException.Unless(code == 0 && lines.Any(line => line.Contains("HTTP", StringComparison.OrdinalIgnoreCase) && line.Contains("GET", StringComparison.Ordinal)), $"{name}: the request is not there.");
        TrialException.Unless(lines.Count(line => line.Contains("Application is shutting down", StringComparison.Ordinal)) == 1, $"{name}: its end is not there, once.");
        Console.WriteLine($"a fresh site, {name}, shipped its events");
    }

    private static void DeleteObjects(OssEmulator emulator)
    {
        foreach (var stored in emulator.ListObjects(TrialFolder.Bucket))
            emulator.DeleteObject(TrialFolder.Bucket, stored.Key);
    }

    private async Task<int> VisitAndStopAsync(string folder, string name)
    {
        using var site = _workshop.Start(folder, "dotnet", Path.Combine("out", name + ".dll"), "--urls", "http://127.0.0.1:0");
        using var client = new HttpClient();
        try
        {
            string? said;
            while (!Listening().IsMatch(said = await site.StandardOutput.ReadLineAsync() ?? throw new TrialException($"{name} ended: {await site.StandardError.ReadToEndAsync()}")))
            {
            }

            await client.GetStringAsync(new Uri(Listening().Match(said).Value));
            await _workshop.RunAsync(folder, "kill", "-s", "TERM", site.Id.ToString(CultureInfo.InvariantCulture));
            await site.StandardOutput.ReadToEndAsync();
            await site.WaitForExitAsync();
            return site.ExitCode;
        }
        finally
        {
            if (!site.HasExited)
                site.Kill();
        }
    }

    private async Task CompileLibraryAsync()
    {
        var folder = await CreateAsync("Library", "classlib", ["Serilog.Sinks.OssAppend", "NLog.Targets.OssAppend", "OssLogSinks.Extensions.Hosting"]);
        File.Delete(Path.Combine(folder, "Class1.cs"));
        var project = Path.Combine(folder, "Library.csproj");
        var text = File.ReadAllText(project).Replace("<TargetFramework>net10.0</TargetFramework>", "<TargetFrameworks>net462;net8.0</TargetFrameworks><LangVersion>latest</LangVersion>", StringComparison.Ordinal)
            .Replace("<ImplicitUsings>enable", "<ImplicitUsings>disable", StringComparison.Ordinal)
            .Replace("</Project>", $"<ItemGroup><PackageReference Include=\"Microsoft.NETFramework.ReferenceAssemblies\" Version=\"1.0.3\" PrivateAssets=\"all\" /></ItemGroup></Project>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(project, text);
        await _workshop.RunAsync(folder, "dotnet", "build", "-warnaserror");
        Console.WriteLine("a library compiled against the packages for .NET Framework 4.6.2 and .NET 8");
    }

    private async Task InstallToolAsync(string package, string command)
    {
        var folder = Path.Combine(_workshop.Folder, "tools");
        await _workshop.RunAsync(_workshop.Folder, "dotnet", "tool", "install", package, "--tool-path", folder, "--version", VersionOf(package));
        await _workshop.RunAsync(folder, Path.Combine(folder, command), "--help");
        Console.WriteLine($"the tool {command} was installed and runs");
    }

    private async Task<string> CreateAsync(string name, string template, string[] packages)
    {
        var folder = Path.Combine(_workshop.Folder, name);
        await _workshop.RunAsync(_workshop.Folder, "dotnet", "new", template, "-n", name, "-o", folder, "--no-restore");
        foreach (var package in packages)
            await _workshop.RunAsync(folder, "dotnet", "add", "package", package, "--version", VersionOf(package), "--no-restore");
        foreach (var file in Directory.GetFiles(Path.Combine(_workshop.Repository, "samples", "FirstSteps", name)))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);

        return folder;
    }

    private string VersionOf(string package) =>
        _ordered.GetValueOrDefault(package)
        ?? _versions.Descendants("PackageVersion").SingleOrDefault(e => e.Attribute("Include")!.Value == package)?.Attribute("Version")!.Value
        ?? PackageContents.VersionOf(_feed, package);

    [GeneratedRegex(@"(?<=Now listening on: ""?)http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}
