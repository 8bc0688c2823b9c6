namespace OssLogSinks.Core.Ending;

/// <summary>
/// Drains what is still open when the process ends without having closed it: at a return from <c>Main</c>,
/// <see cref="Environment.Exit"/>, SIGTERM, SIGINT (Ctrl-C), SIGQUIT, SIGHUP and an unhandled exception.
/// </summary>
/// <remarks>
/// <para>
/// At a return from <c>Main</c> and at <see cref="Environment.Exit"/> the pipelines are closed, after the application's own
/// handlers of <see cref="AppDomain.ProcessExit"/> on .NET 8 and later.
/// </para>
/// <para>
/// A signal that a host or the application has taken over (<c>Cancel = true</c>) changes nothing: they stop in their own way, and
/// are drained at its end. Any other signal, and an unhandled exception, flushes the pipelines and leaves them open, since a
/// handler that was registered before the first pipeline began is only asked afterwards and may go on. Only a pipeline that
/// cannot deliver within its close timeout is closed then, to tell of what it gives up.
/// </para>
/// <para>
/// On .NET Framework, and elsewhere with the .NET Standard assembly, only what raises <see cref="AppDomain.ProcessExit"/> or an
/// unhandled exception is covered, not the signals themselves. Nothing covers SIGKILL, a stack overflow and
/// <see cref="Environment.FailFast(string)"/>.
/// </para>
/// </remarks>
public static partial class ProcessEnd
{
    private static readonly LivePipelines Live = Watch(new LivePipelines(TimeProvider.System));

    /// <summary>Drains the pipeline when the process ends.</summary>
    /// <param name="pipeline">What to drain. It is kept alive until then.</param>
    /// <returns>To be disposed when the pipeline has been closed.</returns>
    public static IDisposable Drain(ILivePipeline pipeline) => Live.Add(pipeline ?? throw new ArgumentNullException(nameof(pipeline)));

    static partial void WatchSignals(LivePipelines live);

    static partial void LetOthersGoFirst(EventHandler onExit);

    private static LivePipelines Watch(LivePipelines live)
    {
        EventHandler onExit = (_, _) => live.CloseAllAsync().GetAwaiter().GetResult();
        AppDomain.CurrentDomain.ProcessExit += onExit;
        // In .NET Framework's further application domains, a web application's for instance, that is the end.
        AppDomain.CurrentDomain.DomainUnload += onExit;
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            if (e.IsTerminating)
                live.FlushAllAsync().GetAwaiter().GetResult();
        };
        LetOthersGoFirst(onExit);
        WatchSignals(live);
        return live;
    }
}
