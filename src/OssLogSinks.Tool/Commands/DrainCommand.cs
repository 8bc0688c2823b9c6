using System.CommandLine;
using OssLogSinks.Core;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>drain</c>: ships what an application that has ended left in its buffer folder.</summary>
internal static class DrainCommand
{
    public const string Examples = """
        oss-logs drain /var/lib/shop/log-buffer
        """;

    private static readonly Argument<string> Folder = new("path") { Description = "The folder that the application had as bufferPath." };

    public static Command Create()
    {
        var command = new Command("drain", "Ship what is left in a buffer folder.") { Folder };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var settings = run.Settings();
        settings.Open().Dispose();
        var line = new ProgressLine(run.Host);
        var progress = new SynchronousProgress(now => line.Show($"{now.Delivered} records delivered, {Quantities.Bytes(now.BytesLeft)} left"));
        OssDrainProgress done;
        run.AfterStop = "Events that were not delivered are still in the folder. Run the command again to go on.";
        try
        {
            var options = settings.AppenderOptions(new ErrorReports(run.Host.Error));
            done = await OssAppender.DrainAsync(Path.GetFullPath(run.Parse.GetValue(Folder)!), options, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            line.End();
        }

        Write(run, done);
        return done.BytesLeft > 0 || done.Quarantined > 0 ? ExitCodes.Found : ExitCodes.Done;
    }

    private static void Write(CommandRun run, OssDrainProgress done)
    {
        if (!run.IsJson)
        {
            run.Output.Text.Write($"{done.Delivered} records delivered from {done.Folders} folders, {done.Quarantined} unreadable, {done.FoldersInUse} folders in use, {done.BytesLeft} bytes left\n");
            return;
        }

        run.Output.WriteJson(json =>
        {
            json.WriteNumber("delivered", done.Delivered);
            json.WriteNumber("folders", done.Folders);
            json.WriteNumber("quarantined", done.Quarantined);
            json.WriteNumber("foldersInUse", done.FoldersInUse);
            json.WriteNumber("bytesLeft", done.BytesLeft);
        });
    }

    private sealed class SynchronousProgress(Action<OssDrainProgress> show) : IProgress<OssDrainProgress>
    {
        public void Report(OssDrainProgress value) => show(value);
    }

    private sealed class ErrorReports(TextWriter error) : IOssDiagnostics
    {
        public void Report(OssDiagnosticEvent diagnosticEvent)
        {
            if (diagnosticEvent.Level != OssDiagnosticLevel.Information)
                error.Write($"oss-logs: {diagnosticEvent}\n");
        }
    }
}
