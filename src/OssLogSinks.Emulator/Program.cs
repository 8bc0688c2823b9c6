using System.Runtime.InteropServices;
using OssLogSinks.Emulator;

// A tool writes to the console; the ban on Console is for libraries.
#pragma warning disable RS0030
var options = new OssEmulatorOptions();
if (!ToolArguments.TryParse(args, options))
{
    await Console.Error.WriteAsync(ToolArguments.Usage).ConfigureAwait(false);
    return 2;
}

var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var emulator = await OssEmulator.StartAsync(options).ConfigureAwait(false);
await using (emulator.ConfigureAwait(false))
{
    await Console.Out.WriteAsync($"""
        endpoint           {emulator.Endpoint.GetLeftPart(UriPartial.Authority)}
        region             {emulator.Region}
        access key id      {emulator.AccessKeyId}
        access key secret  {emulator.AccessKeySecret}
        buckets            {string.Join(", ", options.Buckets)}
        Ctrl-C ends it.

        """).ConfigureAwait(false);
    await stopped.Task.ConfigureAwait(false);
}

return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopped.TrySetResult();
}
