#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace OssLogSinks.Core.Shutdown;

/// <content>What ends a process without <see cref="AppDomain.ProcessExit"/>: SIGINT, and since .NET 10 SIGTERM and SIGHUP too.</content>
public static partial class ProcessEnd
{
    // Handlers that were registered later are asked first, so we know what they decided. Guarded by Gate.
    private static readonly List<PosixSignalRegistration> Registrations = [];

    static partial void WatchSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP })
        {
            try
            {
                Registrations.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    if (!context.Cancel)
                        Live.FlushAllAsync().GetAwaiter().GetResult();
                }));
            }
            catch (Exception e) when (e is PlatformNotSupportedException or IOException)
            {
                // Phones and browsers have no signals.
            }
        }
    }

    static partial void LeaveSignals()
    {
        foreach (var registration in Registrations)
            registration.Dispose();
        Registrations.Clear();
    }

    // Raised just before ProcessExit: whoever closes the logger there himself, after a last event, is to come before us.
    static partial void LetOthersGoFirst() => AssemblyLoadContext.Default.Unloading += GoLast;

    static partial void StopLettingOthersGoFirst() => AssemblyLoadContext.Default.Unloading -= GoLast;

    private static void GoLast(AssemblyLoadContext context)
    {
        lock (Gate)
        {
            if (_drains == 0)
                return;

            AppDomain.CurrentDomain.ProcessExit -= OnExit;
            AppDomain.CurrentDomain.ProcessExit += OnExit;
        }
    }
}
#endif
