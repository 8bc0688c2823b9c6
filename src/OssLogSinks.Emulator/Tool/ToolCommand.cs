using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Tool;

/// <summary>The command <c>oss-emulator</c>: starts the emulator, says how to use it, and runs until Ctrl-C or SIGTERM.</summary>
internal static class ToolCommand
{
    /// <summary>The command line is wrong.</summary>
    public const int WrongArguments = 2;

    /// <summary>The port, the data folder or another file cannot be used.</summary>
    public const int CannotStart = 1;

    /// <summary>Ctrl-C, as shells count signals.</summary>
    public const int Interrupted = 130;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var (settings, faults) = ToolArguments.Parse(arguments);
        if (faults.Count > 0)
        {
            foreach (var fault in faults)
                await errors.WriteAsync(fault + "\n").ConfigureAwait(false);

            await errors.WriteAsync("oss-emulator --help shows every option.\n").ConfigureAwait(false);
            return WrongArguments;
        }

        if (settings.ShowHelp || settings.ShowVersion)
        {
            await output.WriteAsync(settings.ShowHelp ? ToolArguments.Help : Version() + "\n").ConfigureAwait(false);
            return 0;
        }

        try
        {
            var signal = await ServeAsync(settings, output).ConfigureAwait(false);
            await output.WriteAsync(settings.Options.DataFolder is { } folder ? $"Stopped. What was stored is in {folder}.\n" : "Stopped. What was stored is gone: --data DIR keeps it.\n").ConfigureAwait(false);
            return signal == PosixSignal.SIGINT ? Interrupted : 0;
        }
        catch (Exception e) when (SentenceOf(e, settings) is not null)
        {
            await errors.WriteAsync(SentenceOf(e, settings) + "\n").ConfigureAwait(false);
            return e is ArgumentException ? WrongArguments : CannotStart;
        }
    }

    private static async Task<PosixSignal> ServeAsync(ToolSettings settings, TextWriter output)
    {
        var stopped = new TaskCompletionSource<PosixSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var certificate = settings.IsHttps ? LoopbackCertificate.Open(settings.CertificateFolder, TimeProvider.System) : null;
        settings.Options.Certificate = certificate?.Certificate;
        var emulator = await OssEmulator.StartAsync(settings.Options).ConfigureAwait(false);
        await using (emulator.ConfigureAwait(false))
        {
            var preloaded = settings.PreloadFolder is { } folder ? Preload.Run(folder, settings.Options.Buckets[0], emulator) : 0;
            var text = new ConnectionText(emulator, settings) { CertificateFile = certificate?.PemFile, Preloaded = preloaded };
            await output.WriteAsync(text.Render()).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
            return await stopped.Task.ConfigureAwait(false);
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult(signal.Signal);
        }
    }

    private static string? SentenceOf(Exception e, ToolSettings settings) => e switch
    {
        IOException { InnerException: AddressInUseException } =>
            $"Port {settings.Options.Port} is in use by another program, perhaps another emulator. Choose a port with --port, or --port 0 for a free one.",
        DataFileException or IOException or UnauthorizedAccessException => e.Message,
        ArgumentException => e.Message,
        _ => null,
    };

    private static string Version() =>
        typeof(ToolCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
