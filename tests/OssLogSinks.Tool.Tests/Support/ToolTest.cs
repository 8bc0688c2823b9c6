using System.Globalization;
using System.IO.Compression;
using System.Text;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Tests.Support;

/// <summary>A test with an emulator and the tool's commands against it.</summary>
public abstract class ToolTest : IAsyncLifetime
{
    internal const string Bucket = "logs";

    private protected OssEmulatorOptions Options { get; } = new() { SealEnabled = true };

    private protected OssEmulator Emulator { get; private set; } = null!;

    /// <summary>The environment of the tool.</summary>
    private protected Dictionary<string, string> Variables { get; } = [];

    private protected TimeProvider Time { get; set; } = TimeProvider.System;

    private protected ILocalDisk Disk { get; set; } = LocalDisk.Instance;

    private protected int Listings => Emulator.Requests.Count(request => request.Operation is OssOperation.ListObjectsV2);

    public async ValueTask InitializeAsync()
    {
        Emulator = await OssEmulator.StartAsync(Options, TestContext.Current.CancellationToken);
        Variables["OSS_ENDPOINT"] = Emulator.Endpoint.ToString();
        Variables["OSS_BUCKET"] = Bucket;
        Variables["OSS_ACCESS_KEY_ID"] = Emulator.AccessKeyId;
        Variables["OSS_ACCESS_KEY_SECRET"] = Emulator.AccessKeySecret;
    }

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<ToolOutcome> RunAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await ToolApplication.RunAsync(arguments, HostWith(output, error), TestContext.Current.CancellationToken);
        return new ToolOutcome(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private protected ToolHost HostWith(Stream output, TextWriter error) => new()
    {
        Output = output,
        Error = error,
        ReadVariable = Variables.GetValueOrDefault,
        Time = Time,
        Disk = Disk,
    };

    private protected void Append(string key, string text) => Emulator.AppendAsForeignWriter(Bucket, key, Encoding.UTF8.GetBytes(text));

    private protected void AppendGzip(string key, string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));

        Emulator.AppendAsForeignWriter(Bucket, key, bytes.ToArray());
    }

    /// <summary>A line of CLEF at a minute of an hour.</summary>
    private protected static string Clef(int minute, string template, string rest = "") =>
        $$"""{"@t":"2026-11-22T17:{{minute:00}}:00.0000000Z","@mt":"{{template}}"{{rest}}}""" + "\n";
}

/// <summary>What a run of the tool gave.</summary>
internal sealed record ToolOutcome(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The output, after a check that the run went well.</summary>
    public string Good()
    {
        Assert.Equal("", Error);
        Assert.Equal(0, ExitCode);
        return Output;
    }
}
