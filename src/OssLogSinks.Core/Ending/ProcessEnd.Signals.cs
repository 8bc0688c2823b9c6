#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace OssLogSinks.Core.Ending;

/// <content>What ends a process without <see cref="AppDomain.ProcessExit"/>: SIGINT, and since .NET 10 SIGTERM and SIGHUP too.</content>
public static partial class ProcessEnd
{
    // Kept for the life of the process: handlers that were registered later are asked first, so we know what they decided.
    // Without an initialiser, since the field in the other file is initialised through here.
    private static List<PosixSignalRegistration>? _registrations;

    static partial void WatchSignals(LivePipelines live)
    {
        _registrations = [];
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP })
        {
            try
            {
                _registrations.Add(PosixSignalRegistration.Create(signal, context =>
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
