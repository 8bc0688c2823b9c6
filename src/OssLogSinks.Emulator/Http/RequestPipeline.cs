using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Operations;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Http;

/// <summary>
/// The steps of a request: address, names, authentication, resource, faults, body, commit, answer. An object is locked only during the commit.
/// </summary>
internal sealed class RequestPipeline(IHttpSettings settings, EmulatorClock clock, ObjectStore store, CredentialStore credentials)
{
    private readonly RequestIds _ids = new();
    private readonly RequestTarget _target = new(settings, bucket => store.Find(bucket) is not null);
    private readonly Authenticator _authenticator = new(settings, clock, credentials);
    private readonly OperationTable _operations = new(settings, clock, store);
    private readonly BodyReader _bodies = new(settings, clock.TimeProvider);
    private readonly ReplyWriter _writer = new(settings, clock);

    public required FaultScript Faults { get; init; }

    public required RequestLog Log { get; init; }

    public required TrafficMeter Traffic { get; init; }

    public required CancellationToken Stopping { get; init; }

    public async Task HandleAsync(HttpContext context)
    {
        var started = clock.TimeProvider.GetTimestamp();
        var request = Receive(context);
        var body = RequestBody.Empty;
        var isSenderKnown = false;
        var plan = FaultPlan.None;
        OssReply reply;
        try
        {
            (var refusal, isSenderKnown) = Check(context, request);
            plan = refusal is null ? Faults.Take(request) : FaultPlan.None;
            (body, reply) = refusal is not null ? (RequestBody.Empty, (OssReply)refusal) : await AnswerAsync(context, request, plan).ConfigureAwait(false);
            if (settings.ResponseDelay > TimeSpan.Zero)
                await Task.Delay(settings.ResponseDelay, clock.TimeProvider, Stopping).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client has disconnected or the emulator stops, so no answer can be sent.
            reply = OssReply.Closed;
        }
        catch (DataFileException broken)
        {
            reply = OssErrors.NotStored(broken.Message);
        }

        Traffic.Add(request.Operation, body.Length, reply.Status, plan != FaultPlan.None);
        Log.Add(request, isSenderKnown, body, reply);
        await _writer.WriteAsync(context, request, reply, started).ConfigureAwait(false);
    }

    private static bool HasNoLength(HttpRequest request) =>
        request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding") && (request.Method is "POST" or "PUT");

    private OssRequest Receive(HttpContext context)
    {
        var received = new OssRequest(context.Request.Method, null, null)
        {
            Headers = context.Request.Headers,
            Host = context.Request.Headers.Host.ToString(),
            Query = QueryParameters.Empty,
            RequestId = _ids.Next(),
        };
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return _target.TryResolve(received, rawTarget) is { } request
            ? request with { Operation = OperationRouter.OperationOf(request), IsAddressed = true }
            : received;
    }

    private async ValueTask<(RequestBody Body, OssReply Reply)> AnswerAsync(HttpContext context, OssRequest request, FaultPlan plan)
    {
        if (plan.CutsBody)
        {
            await context.Request.BodyReader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            return (RequestBody.Empty, OssReply.Closed);
        }

        var needsMd5 = request.Operation != OssOperation.AppendObject || request.Headers.ContainsKey("Content-MD5");
        var (body, error) = await _bodies.ReadAsync(context.Request, needsMd5).ConfigureAwait(false);
        return (body, error ?? await CommitAsync(plan, request, body).ConfigureAwait(false));
    }

    private (OssError? Error, bool IsSenderKnown) Check(HttpContext context, OssRequest request)
    {
        if (!request.IsAddressed)
            return (OssErrors.BadRequest, false);

        if (OperationTable.CheckNames(request, settings) is { } invalid)
            return (invalid, false);

        var (caller, error) = _authenticator.Authenticate(request);
        if (error is not null)
            return (error, false);

        error = _operations.CheckResource(request, caller!);
        return (error ?? (HasNoLength(context.Request) ? OssErrors.MissingContentLength : null), true);
    }

    private ValueTask<OssReply> CommitAsync(FaultPlan plan, OssRequest request, RequestBody body)
    {
        if (plan == FaultPlan.None)
            return new ValueTask<OssReply>(_operations.Execute(request, body));

        FaultContext faults = null!;
        faults = new FaultContext(request, store, clock)
        {
            Body = body,
            Commit = () => _operations.Execute(request, faults.Body),
            Stopping = Stopping,
        };
        return plan.PlayAsync(faults);
    }
}

/// <summary>Creates request ids of 24 upper-case hex digits: a random start, then a counter.</summary>
internal sealed class RequestIds
{
    private readonly string _prefix = Convert.ToHexString(Guid.NewGuid().ToByteArray().AsSpan(0, 6));
    private long _count;

    public string Next() => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{Interlocked.Increment(ref _count):X12}");
}

/// <summary>
/// The settings of the server, documented at <c>OssEmulatorOptions</c>. Read for each request, because a test may change them.
/// </summary>
internal interface IHttpSettings : IAuthenticationSettings, IOperationSettings
{
    IDictionary<string, string> CustomDomains { get; }

    bool HeadErrorDocuments { get; }

    bool KeepBodies { get; }

    bool RecordRequests { get; }

    int RecordLimit { get; }

    TimeSpan ResponseDelay { get; }

    TimeSpan BodyTimeout { get; }
}
