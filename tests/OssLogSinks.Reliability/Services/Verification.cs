using System.Globalization;
using System.Text;
using OssLogSinks.Tool;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Reliability.Services;

/// <summary>What <c>oss-logs verify</c> says of a run's objects.</summary>
internal static class Verification
{
    private const int MostFindings = 20;

    /// <summary>Runs the tool over everything under the run's prefix, and prints its last line.</summary>
    /// <returns>Whether it found nothing, and looked at numbers.</returns>
    public static async Task<bool> RunAsync(ServiceUnderTest service, ReliabilityArguments arguments)
    {
        var environment = new Dictionary<string, string?>();
        service.Announce(environment);
        using var output = new MemoryStream();
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var host = new ToolHost { Output = output, Error = error, ReadVariable = name => environment.GetValueOrDefault(name) };
        var code = await ToolApplication.RunAsync(["verify", arguments.Prefix], host);
        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var finding in lines.SkipLast(1).Take(MostFindings))
            await Console.Error.WriteLineAsync(finding);
        if (error.ToString() is { Length: > 0 } problem)
            await Console.Error.WriteLineAsync(problem);

        var summary = lines.LastOrDefault() ?? "nothing";
        Console.WriteLine($"oss-logs verify: {summary} (exit code {code})");
        return code == ExitCodes.Done && summary.EndsWith("No number is missing.", StringComparison.Ordinal);
    }
}
