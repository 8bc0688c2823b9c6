#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Loader;
#endif

namespace OssLogSinks.Core.Shutdown;

/// <summary>
/// Drains pipelines that are still open when the process ends: at a return from <c>Main</c>, <see cref="Environment.Exit"/>, SIGTERM, SIGINT
/// (Ctrl-C), SIGQUIT, SIGHUP and an unhandled exception.
/// </summary>
/// <remarks>
/// <para>
/// At a return from <c>Main</c> and at <see cref="Environment.Exit"/> the pipelines are closed, after the application's own handlers of
/// <see cref="AppDomain.ProcessExit"/> on .NET 8 and later.
/// </para>
/// <para>
/// A signal that a host or the application has handled (<c>Cancel = true</c>) before this library's handler runs changes nothing: they stop
/// in their own way, and the pipelines are drained at the end of that. Any other signal, and an unhandled exception, flushes the pipelines
/// and leaves them open, since a handler that was registered before the first pipeline began runs only afterwards and may go on. Only a
/// pipeline that cannot deliver within its close timeout is closed then, to report the events that it drops.
/// </para>
/// <para>
/// On .NET Framework, and elsewhere with the .NET Standard assembly, only what raises <see cref="AppDomain.ProcessExit"/> or an unhandled exception
/// is covered, not the signals themselves; .NET Framework limits all handlers of that event together to two seconds. SIGKILL, a stack overflow
/// and <see cref="Environment.FailFast(string)"/> are never covered.
/// </para>
/// </remarks>
public static class ProcessExitDrain
{
    private static readonly DrainRegistry Registry = new(TimeProvider.System);
    private static readonly object Gate = new();

#if NET8_0_OR_GREATER
    // Signal handlers that were registered later run first, so their decision is known in ours. Guarded by Gate.
    private static readonly List<PosixSignalRegistration> Registrations = [];
#endif

    // Guarded by Gate.
    private static int _drains;

    /// <summary>Drains the pipeline when the process ends.</summary>
    /// <param name="pipeline">The pipeline. It is kept alive until then.</param>
    /// <returns>
    /// Dispose it when the pipeline has been closed. Disposing the last one removes all process-wide handlers of this library, so that its assembly
    /// can be unloaded.
    /// </returns>
    public static IDisposable Register(IDrainable pipeline)
    {
        var membership = Registry.Add(pipeline ?? throw new ArgumentNullException(nameof(pipeline)));
        lock (Gate)
        {
            if (_drains++ == 0)
                Watch();
        }

        return new Membership(membership);
    }

    private static void Watch()
    {
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        // An application domain of .NET Framework other than the first, a web application's for instance, ends with DomainUnload.
        AppDomain.CurrentDomain.DomainUnload += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        LetOthersGoFirst();
        WatchSignals();
    }

    private static void Leave()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        AppDomain.CurrentDomain.DomainUnload -= OnExit;
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        StopLettingOthersGoFirst();
        LeaveSignals();
    }

    private static void OnExit(object? sender, EventArgs e) => Registry.CloseAllAsync().GetAwaiter().GetResult();

    private static void OnUnhandledException(object sender, UnhandledExceptionEventArgs e)
    {
        if (e.IsTerminating)
            Registry.FlushAllAsync().GetAwaiter().GetResult();
    }

#if NET8_0_OR_GREATER
    private static void WatchSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP })
        {
            try
            {
                Registrations.Add(PosixSignalRegistration.Create(signal, context =>
                {
                    if (!context.Cancel)
                        Registry.FlushAllAsync().GetAwaiter().GetResult();
                }));
            }
            catch (Exception e) when (e is PlatformNotSupportedException or IOException)
            {
                // Phones and browsers have no signals.
            }
        }
    }

    private static void LeaveSignals()
    {
        foreach (var registration in Registrations)
            registration.Dispose();
        Registrations.Clear();
    }

    // Raised just before ProcessExit. Handlers of the application that log a last event and close the logger must run before ours.
    private static void LetOthersGoFirst() => AssemblyLoadContext.Default.Unloading += GoLast;

    private static void StopLettingOthersGoFirst() => AssemblyLoadContext.Default.Unloading -= GoLast;

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
#else
    private static void WatchSignals()
    {
        // .NET Standard has no signals.
    }

    private static void LeaveSignals()
    {
        // None are watched.
    }

    private static void LetOthersGoFirst()
    {
        // Nothing is raised before ProcessExit.
    }

    private static void StopLettingOthersGoFirst()
    {
        // Nothing to undo.
    }
#endif

    private sealed class Membership(IDisposable membership) : IDisposable
    {
        private int _ends;

        public void Dispose()
        {
            if (Interlocked.Increment(ref _ends) != 1)
                return;

            membership.Dispose();
            lock (Gate)
            {
                if (--_drains == 0)
                    Leave();
            }
        }
    }
}
