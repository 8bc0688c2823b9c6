using System.Runtime.InteropServices;
using OssLogSinks.Battery.FrontDoors;

namespace OssLogSinks.Battery.Parts;

/// <summary>
/// The ways in which a process ends: <c>close</c> (the application closes its logger), <c>return</c>, <c>exit</c> and <c>throw</c> (it does not),
/// <c>wait</c> (for a signal or a kill), <c>cancel</c> (it takes Ctrl-C over, and returns), and on Windows <c>ctrl-c</c> and <c>ctrl-c-cancel</c>,
/// which it raises itself.
/// </summary>
internal sealed class ProcessEnd
{
    private readonly string _end;
    private readonly TaskCompletionSource<bool> _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessEnd(string end) => _end = end;

    /// <summary>To be called before the first logger is made.</summary>
    public static ProcessEnd Prepare(string name)
    {
        var end = new ProcessEnd(name);
        if (name.StartsWith("ctrl-", StringComparison.Ordinal))
            WindowsConsole.Ensure();
        if (name.EndsWith("cancel", StringComparison.Ordinal))
            Console.CancelKeyPress += end.Cancel;

        return end;
    }

    public async Task<int> RunAsync(IFrontDoor frontDoor)
    {
        switch (_end)
        {
            case "close":
                frontDoor.Close();
                LoggingPart.Say("closed");
                return 0;
            case "return":
                return 0;
            case "exit":
                Environment.Exit(0);
                return 1;
            case "throw":
                throw new InvalidOperationException("This process was ordered to fail.");
            case "ctrl-c" or "ctrl-c-cancel":
                WindowsConsole.Raise(WindowsConsole.CtrlC);
                break;
        }

        await _cancelled.Task;
        frontDoor.Log("goes on");
        return 0;
    }

    private void Cancel(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = true;
        _cancelled.TrySetResult(true);
    }
}

/// <summary>The console of a Windows process, through which Ctrl-C reaches it.</summary>
internal static class WindowsConsole
{
    public const uint CtrlC = 0;

    /// <summary>Gives this process a console of its own, and lets Ctrl-C reach it. Its input and output are still the judge's.</summary>
    public static void Ensure()
    {
        _ = (Console.In, Console.Out, Console.Error);
        _ = FreeConsole();
        if (!AllocConsole())
            throw new InvalidOperationException($"There is no console (error {Marshal.GetLastWin32Error()}).");

        _ = SetConsoleCtrlHandler(IntPtr.Zero, false);
    }

    public static void Raise(uint controlEvent)
    {
        if (!GenerateConsoleCtrlEvent(controlEvent, 0))
            throw new InvalidOperationException($"The console took no Ctrl-C (error {Marshal.GetLastWin32Error()}).");
    }

#pragma warning disable SYSLIB1054, CA5392 // A generated import would need unsafe code, and .NET Framework has none.
    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool FreeConsole();

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool AllocConsole();

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleCtrlHandler(IntPtr handler, [MarshalAs(UnmanagedType.Bool)] bool add);

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GenerateConsoleCtrlEvent(uint controlEvent, uint processGroup);
#pragma warning restore SYSLIB1054, CA5392
}
