using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OssLogSinks.Emulator;

namespace OssLogSinks.Battery.Judging;

/// <summary>
/// An OSS in a process of its own on this runtime, and what the judge asks it over HTTP without any code of the sinks: what is stored, and which faults hit.
/// </summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    public const string Bucket = "battery";

    private readonly Process _process;
    private readonly HttpClient _http;

    private EmulatorProcess(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
        _http = new HttpClient { BaseAddress = new Uri(endpoint, "/-/") };
    }

    public Uri Endpoint { get; }

    public static string AccessKeyId { get; } = new OssEmulatorOptions().AccessKeyId;

    public static string AccessKeySecret { get; } = new OssEmulatorOptions().AccessKeySecret;

    public static async Task<EmulatorProcess> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OssEmulator).Assembly.Location, "--port", "0", "--bucket", Bucket]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("endpoint", StringComparison.Ordinal))
                continue;

            // What it prints after that must not fill the pipe.
            _ = process.StandardOutput.ReadToEndAsync();
            return new EmulatorProcess(process, new Uri(line["endpoint".Length..].Trim()));
        }

        throw new TrialException("The emulator did not start.");
    }

    /// <summary>Hits requests below the prefix, instead of all rules before.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="operation">An operation of OSS, or Any.</param>
    /// <param name="kind">The kinds of faults, with commas.</param>
    /// <param name="rate">The share of requests.</param>
    public async Task SetFaultsAsync(string prefix, string operation, string kind, double rate)
    {
        using var answer = await _http.PutAsJsonAsync("faults", new { seed = 1, rules = new[] { new { operation, keyPrefix = prefix, kind, rate } } });
        TrialException.Unless(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task ClearFaultsAsync() => (await _http.DeleteAsync(new Uri("faults", UriKind.Relative))).Dispose();

    /// <summary>How many requests were hit since the start.</summary>
    public async Task<int> CountFaultsAsync() => (await GetAsync("faults")).GetProperty("injected").GetInt32();

    /// <summary>The lines of every object below the prefix, by key.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadAsync(string prefix)
    {
        var objects = new Dictionary<string, IReadOnlyList<string>>();
        await ReadAsync(prefix, objects);
        return objects;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(string prefix, Dictionary<string, IReadOnlyList<string>> objects)
    {
        string? after = "";
        while (after is not null)
        {
            var page = await GetAsync($"api/list?bucket={Bucket}&prefix={Uri.EscapeDataString(prefix)}&after={Uri.EscapeDataString(after)}");
            foreach (var folder in page.GetProperty("folders").EnumerateArray())
                await ReadAsync(folder.GetString()!, objects);

            foreach (var found in page.GetProperty("objects").EnumerateArray())
                objects.Add(found.GetProperty("key").GetString()!, await LinesAsync(found.GetProperty("key").GetString()!));

            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string key)
    {
        using var answer = await _http.GetAsync(new Uri($"api/content?bucket={Bucket}&key={Uri.EscapeDataString(key)}", UriKind.Relative));
        var fault = answer.Headers.TryGetValues("X-Text-Fault", out var faults) ? faults.Single() : "";
        TrialException.Unless(answer.IsSuccessStatusCode && fault.Length == 0, $"{key} cannot be read: {answer.StatusCode} {Uri.UnescapeDataString(fault)}");
        var text = await answer.Content.ReadAsStringAsync();
        TrialException.Unless(text.EndsWith('\n'), $"{key} ends in the middle of a line.");
        return text[..^1].Split('\n');
    }

    private async Task<JsonElement> GetAsync(string address) => await _http.GetFromJsonAsync<JsonElement>(new Uri(address, UriKind.Relative));
}
