using System.Runtime.InteropServices;

namespace Quickstart;

/// <summary>Waits for Ctrl-C or SIGTERM, so that what is open can be closed.</summary>
internal static class ControlC
{
    public static async Task PressedAsync()
    {
        var pressed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await pressed.Task;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            pressed.TrySetResult();
        }
    }
}
