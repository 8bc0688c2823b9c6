using System.CommandLine;
using OssLogSinks.Tool.Checks;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>doctor</c>: checks what the sinks need, one line each.</summary>
internal static class DoctorCommand
{
    public const string Examples = """
        oss-logs doctor --config appsettings.json
        oss-logs doctor --bucket my-logs --region cn-hangzhou --prefix shop/ --buffer /var/lib/shop/log-buffer
        """;

    private static readonly Option<string> Prefix = new("--prefix") { Description = "Where the probe object may be: the beginning of the sink's keys.", DefaultValueFactory = _ => "", HelpName = "PREFIX" };

    private static readonly Option<string?> Buffer = new("--buffer") { Description = "The sink's bufferPath. Default: that of --config.", HelpName = "PATH" };

    public static Command Create()
    {
        var command = new Command("doctor", "Check network, clock, credentials, permissions and buffer folder.") { Prefix, Buffer };
        CommandRunner.Handle(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        var settings = run.Settings();
        settings.Open().Dispose();
        var hasFailed = false;
        var doctor = new Doctor(settings, run.Host.Time, diagnosis =>
        {
            hasFailed |= diagnosis.State == "failed";
            Write(run, diagnosis);
        })
        {
            ProbePrefix = run.Parse.GetValue(Prefix)!,
            BufferPath = run.Parse.GetValue(Buffer) ?? settings.Sink["bufferPath"],
            AfterStop = words => run.AfterStop = words,
        };
        await doctor.RunAsync(cancellationToken).ConfigureAwait(false);
        return hasFailed ? ExitCodes.Found : ExitCodes.Done;
    }

    private static void Write(CommandRun run, Diagnosis diagnosis)
    {
        if (run.IsJson)
        {
            run.Output.WriteJson(json =>
            {
                json.WriteString("check", diagnosis.Name);
                json.WriteString("state", diagnosis.State);
                json.WriteString("text", diagnosis.Words);
                if (diagnosis.Cure.Length > 0)
                    json.WriteString("cure", diagnosis.Cure);
            });
        }
        else
        {
            run.Output.Text.Write($"{diagnosis.State,-8} {diagnosis.Name,-12} {diagnosis.Words}\n");
            if (diagnosis.Cure.Length > 0)
                run.Output.Text.Write($"{"",-21} {diagnosis.Cure}\n");
        }

        run.Output.Flush();
    }
}
