using System.Diagnostics;
using System.Globalization;
using System.Text;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Client.Platform;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// Runs a program that writes credentials to its standard output, in the JSON of the aliyun CLI or of the OSS SDK. No shell runs it, its
/// output is limited, and its time is: then it is ended. Nothing that it writes is ever shown.
/// </summary>
internal sealed class ProcessSource(string command, CredentialsSurroundings surroundings) : ICredentialsSource
{
    private const int LongestOutput = 64 * 1024;
    private const string What = "The output of the credentials process";

    // The renewal gives a fetch a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(55);

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
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                CreateNoWindow = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
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
            return await OutputOfAsync(process).Observed().WaitAsync(Limit, surroundings.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw FetchFailures.Passing("The credentials process did not end in time, so it was ended. Nothing was written.", exception);
        }
        finally
        {
            process.KillTree();
        }
    }

    private static async Task<string> OutputOfAsync(Process process)
    {
        process.StandardInput.Close();

        // Both are read while it runs: a full pipe would stop it.
        var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        var output = await ReadAsync(process.StandardOutput.BaseStream).ConfigureAwait(false)
            ?? throw FetchFailures.Passing($"{What} is longer than {(LongestOutput / 1024).ToString(CultureInfo.InvariantCulture)} KiB. Nothing was written.");
        await errors.ConfigureAwait(false);
        await Task.Run(process.WaitForExit).ConfigureAwait(false);
        return process.ExitCode == 0
            ? output
            : throw FetchFailures.Passing($"The credentials process ended with exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}. Run it by hand to see what it says. Nothing was written.");
    }

    private static async Task<string?> ReadAsync(Stream stream)
    {
        var buffer = new byte[LongestOutput];
        var length = 0;
        int count;
        while ((count = await stream.ReadMemoryAsync(buffer.AsMemory(length), CancellationToken.None).ConfigureAwait(false)) > 0)
        {
            length += count;
            if (length == LongestOutput)
                return null;
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
