using System.Diagnostics.Tracing;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Reliability.Events;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.FrontDoors;

/// <summary>
/// Logs, from everything that delivery calls, to the very front door that is delivering: the client, its HTTP handler, its credentials,
/// the reports, the listener, the formatter. These events never wait; one that finds no space is dropped and counted.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="number">The writer's number in these events, different from all that log themselves.</param>
internal sealed class InnerLog(string run, int number)
{
    // Of events that cause others only some log, so that none of them feeds itself.
    private const int RenderedPerEvent = 100;

    private readonly Lock _turn = new();
    private Action<EventLine>? _write;
    private long _written;
    private long _rendered;
    private volatile bool _isOver;

    public int Number => number;

    /// <summary>How many events have been logged, all to the first stream.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Where to log; nothing is logged before.</summary>
    public void Begin(Action<EventLine> write) => _write = write;

    /// <summary>Logs nothing more.</summary>
    public void End()
    {
        lock (_turn)
            _isOver = true;
    }

    /// <summary>Logs one event.</summary>
    public void Log()
    {
        // Rendering within the call would log in the middle of its own event.
        if (_turn.IsHeldByCurrentThread)
            return;

        // One at a time, since their order is checked.
        lock (_turn)
        {
            if (_write is not { } write || _isOver)
                return;

            write(new EventLine(run, number, Stream: 0, _written));
            Interlocked.Increment(ref _written);
        }
    }

    /// <summary>Logs for some of the events that are rendered.</summary>
    public void LogForRendered()
    {
        if (Interlocked.Increment(ref _rendered) % RenderedPerEvent == 0)
            Log();
    }

    /// <summary>The built-in client, which logs from itself, its handler and its credentials.</summary>
    public IOssClient NewClient(ServiceUnderTest service) => new Client(
        new OssClient(new OssClientOptions
        {
            Endpoint = service.Endpoint,
            Region = service.Region,
            Bucket = service.Bucket,
            Credentials = new DelegateCredentialsProvider(async _ =>
            {
                await Task.Yield();
                Log();
                // Too old to be used twice.
                return new OssCredentials(service.AccessKeyId, service.AccessKeySecret, service.SecurityToken) { Expiration = DateTimeOffset.UtcNow };
            }),
            HttpMessageHandler = new Handler(Log),
            RequestTimeout = Pace.RequestTimeout,
        }),
        Log);

    /// <summary>Logs each report.</summary>
    public IOssDiagnostics NewDiagnostics() => new Diagnostics(Log);

    /// <summary>Logs whenever something is told to be stored.</summary>
    public IDeliveryListener NewListener() => new Listener(Log);

    /// <summary>Listens to the runtime's network events, which come on threads of its own, and logs some of them.</summary>
    public EventListener ListenToNetwork() => new NetworkListener(Log);

    private sealed class Client(IOssClient client, Action log) : ForwardingClient(client)
    {
        public override async Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken)
        {
            log();
            var result = await base.AppendObjectAsync(request, cancellationToken);
            log();
            return result;
        }

        public override Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
        {
            log();
            return base.HeadObjectAsync(request, cancellationToken);
        }
    }

    private sealed class Handler(Action log) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            log();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Diagnostics(Action log) : IOssDiagnostics
    {
        public void Report(OssDiagnosticEvent diagnosticEvent) => log();
    }

    private sealed class Listener(Action log) : IDeliveryListener
    {
        public void OnDelivered(IReadOnlyList<object> states) => log();

        public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure) => log();
    }

    private sealed class NetworkListener(Action log) : EventListener
    {
        private const int PerEvent = 20;
        private int _heard;

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name is "System.Net.Http" or "System.Net.Sockets" or "System.Net.NameResolution")
                EnableEvents(eventSource, EventLevel.Informational);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (Interlocked.Increment(ref _heard) % PerEvent == 0)
                log();
        }
    }
}
