using System.Diagnostics;
using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Client.Platform;
using OssLogSinks.Core.Shutdown;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Runs a program that writes credentials to its standard output, in the JSON of the aliyun CLI or of the OSS SDK. No shell runs it. Its
/// output and its time are limited: at either limit it is ended. Nothing that it writes is ever shown.
/// </summary>
internal sealed class ProcessSource(string command, CredentialsSurroundings surroundings) : ICredentialsSource
{
    private const int LongestOutput = 64 * 1024;
    private const string What = "The output of the credentials process";

    // The renewal gives a fetch a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(55);

    // What the process wrote is in the pipe when it ends. The pipe itself stays open while a process that it started has it.
    private static readonly TimeSpan RestOfOutput = TimeSpan.FromSeconds(1);

    public string Name => "process";

    public async ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        ExternalSources.RequireAllowed(surroundings);
        var words = CommandLine.Split(command, isWindows: Path.DirectorySeparatorChar == '\\');
        if (words is not [var program, ..])
            throw FetchFailures.Lasting("The command of the credentials process cannot be read: close its quotation marks, and end it with no backslash. Nothing was written.");

        var output = await RunAsync(program, CommandLine.Join(words.Skip(1)), cancellationToken).ConfigureAwait(false);
        var document = JsonObject.TryRead(output) ?? throw FetchFailures.Passing($"{What} is no JSON object. Nothing was written.");
        if (document.Text("mode") is not { } mode)
            return CredentialsText.Read(document, document.Text(CredentialsText.Cli.Id) is null ? CredentialsText.Services : CredentialsText.Cli, What, isExpirationRequired: false);

        if (mode is not ("AK" or "StsToken"))
            throw FetchFailures.Passing($"{What} has another mode than AK and StsToken. Nothing was written.");
        if (mode == "StsToken" && string.IsNullOrWhiteSpace(document.Text(CredentialsText.Cli.Token)))
            throw FetchFailures.Passing($"{What} has no {CredentialsText.Cli.Token}. Nothing was written.");

        return CredentialsText.Read(document, CredentialsText.Cli, What, isExpirationRequired: false);
    }

    private async Task<string> RunAsync(string program, string arguments, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            EnableRaisingEvents = true,
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                CreateNoWindow = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => ended.TrySetResult(true);
        try
        {
            process.Start();
        }
        catch (Exception exception) when (exception is System.Runtime.InteropServices.ExternalException or InvalidOperationException or IOException)
        {
            throw FetchFailures.Lasting("The credentials process cannot be started: check its path, and that this user may run it. Nothing was written.", exception);
        }

        try
        {
            return await OutputOfAsync(process, ended.Task).Observe().WaitAsync(Limit, surroundings.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw FetchFailures.Passing("The credentials process did not end in time, so it was ended: run it by hand to see what it waits for. Nothing was written.", exception);
        }
        finally
        {
            // What it has started may outlive it: an agent that keeps credentials, for instance.
            if (!ended.Task.IsCompleted)
                process.KillTree();

            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    private async Task<string> OutputOfAsync(Process process, Task ended)
    {
        process.StandardInput.Close();

        // Both are read while it runs: a full pipe would stop it.
        var output = new ProcessOutput(LongestOutput);
        var reading = output.ReadAsync(process.StandardOutput.BaseStream).Observe();
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null).Observe();

        await Task.WhenAny(reading, ended).ConfigureAwait(false);
        if (!output.IsTooLong)
            await ended.ConfigureAwait(false);

        try
        {
            await reading.WaitAsync(RestOfOutput, surroundings.Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Another process has the pipe, and does not write what this one was asked for.
        }

        if (output.IsTooLong)
            throw FetchFailures.Passing($"{What} is longer than {(LongestOutput / 1024).ToString(CultureInfo.InvariantCulture)} KiB. Nothing was written.");

        return process.ExitCode == 0
            ? output.Text
            : throw FetchFailures.Passing($"The credentials process ended with exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}. Run it by hand to see what it says. Nothing was written.");
    }
}

/// <summary>What a process has written so far.</summary>
internal sealed class ProcessOutput(int longest)
{
    private readonly byte[] _bytes = new byte[longest];

    // Written by the one reader.
    private int _length;

    /// <summary>Whether there is more than the limit; the rest is not read.</summary>
    public bool IsTooLong => Volatile.Read(ref _length) == longest;

    public string Text => Encoding.UTF8.GetString(_bytes, 0, Volatile.Read(ref _length));

    /// <summary>Reads to the end, or to the limit.</summary>
    public async Task ReadAsync(Stream stream)
    {
        int count;
        while (!IsTooLong && (count = await stream.ReadMemoryAsync(_bytes.AsMemory(_length), CancellationToken.None).ConfigureAwait(false)) > 0)
            Volatile.Write(ref _length, _length + count);
    }
}
