using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using OssLogSinks.Emulator;

namespace OssLogSinks.Interop.Tests;

/// <summary>Runs <c>interop.mjs</c> against an emulator, where there is a Node with the client installed.</summary>
internal static class NodeScript
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static string Directory { get; } = typeof(NodeScript).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "ScriptDirectory").Value!;

    /// <summary>Why it cannot run here; null if it can.</summary>
    public static string? Obstacle()
    {
        if (!File.Exists(Path.Combine(Directory, "node_modules", "ali-oss", "package.json")))
            return $"ali-oss is not installed: run 'npm ci' in {Directory}.";

        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return null;
        }
        catch (Win32Exception)
        {
            return "There is no 'node' on the path.";
        }
    }

    public static async Task<IReadOnlyList<InteropCheck>> RunAsync(OssEmulator emulator, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node", "interop.mjs")
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OSS_ENDPOINT"] = emulator.Endpoint.GetLeftPart(UriPartial.Authority);
        start.Environment["OSS_REGION"] = emulator.Region;
        start.Environment["OSS_BUCKET"] = "logs";
        start.Environment["OSS_ACCESS_KEY_ID"] = emulator.AccessKeyId;
        start.Environment["OSS_ACCESS_KEY_SECRET"] = emulator.AccessKeySecret;
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync(cancellationToken);
        var output = await node.StandardOutput.ReadToEndAsync(cancellationToken);
        await node.WaitForExitAsync(cancellationToken);
        Assert.True(node.ExitCode == 0, $"node ended with {node.ExitCode}: {await errors}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<InteropCheck>(line, Json)!)];
    }
}
