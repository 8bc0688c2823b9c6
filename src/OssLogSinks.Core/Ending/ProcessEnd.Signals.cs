#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace OssLogSinks.Core.Ending;

/// <content>What ends a process without <see cref="AppDomain.ProcessExit"/>: SIGINT, and since .NET 10 SIGTERM and SIGHUP too.</content>
public static partial class ProcessEnd
{
    // Kept for the life of the process: handlers that were registered later are asked first, so we know what they decided.
    private static readonly List<PosixSignalRegistration> Registrations = [];

    static partial void WatchSignals(LivePipelines live)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP })
        {
            try
            {
                Registrations.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    if (!context.Cancel)
                        live.FlushAllAsync().GetAwaiter().GetResult();
                }));
            }
            catch (Exception e) when (e is PlatformNotSupportedException or IOException)
            {
                // Phones and browsers have no signals.
            }
        }
    }

    // Raised just before ProcessExit: whoever closes the logger there himself, after a last event, is to come before us.
    static partial void LetOthersGoFirst(EventHandler onExit) => AssemblyLoadContext.Default.Unloading += _ =>
    {
        AppDomain.CurrentDomain.ProcessExit -= onExit;
        AppDomain.CurrentDomain.ProcessExit += onExit;
    };
}
#endif
