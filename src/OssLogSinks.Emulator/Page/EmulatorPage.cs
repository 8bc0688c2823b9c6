using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Page;

/// <summary>
/// The web page and its API, below <c>/-/</c>, which can never be a bucket. It needs no signature, so it only answers requests that name the
/// loopback as their host and that no script of another site has sent.
/// </summary>
internal sealed class EmulatorPage
{
    public const string Prefix = "/-/";

    private readonly PageFiles _files = new();
    private readonly StoredObjects _objects;
    private readonly LiveTail _tail;
    private readonly FaultsResource _faults;
    private readonly TrafficMeter _traffic;
    private readonly SiteProbe _site;

    public EmulatorPage(ObjectStore store, FaultScript faults, TrafficMeter traffic, TimeProvider time)
    {
        _objects = new StoredObjects(store);
        _tail = new LiveTail(store, time);
        _faults = new FaultsResource(faults);
        _traffic = traffic;
        _site = new SiteProbe(time);
    }

    public required Func<PageDescription> Describe { get; init; }

    public required CancellationToken Stopping { get; init; }

    /// <summary>
    /// Whether a request is for the page: its host is the loopback, and its path is below the prefix or a browser navigates to it unsigned.
    /// </summary>
    public static bool Handles(HttpContext context) =>
        PageAccess.NamesLoopback(context) && (PageAccess.IsBelowPrefix(context) || PageAccess.IsUnsignedNavigation(context.Request));

    public async Task HandleAsync(HttpContext context)
    {
        PageAccess.SetHeaders(context.Response);
        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Stopping);
        try
        {
            await AnswerAsync(context, aborted.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The browser has left the page, or the emulator stops.
        }
    }

    private Task AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!PageAccess.IsBelowPrefix(context))
        {
            context.Response.Redirect(Prefix + "#" + context.Request.Path.ToUriComponent());
            return Task.CompletedTask;
        }

        if (PageAccess.RefusalOf(context) is { } refusal)
            return PageReply.ErrorAsync(context, 403, refusal);

        var path = context.Request.Path.Value![Prefix.Length..];
        if (path == "faults")
            return _faults.HandleAsync(context, cancellationToken);

        if (!HttpMethods.IsGet(context.Request.Method))
            return PageReply.ErrorAsync(context, 405, "Only GET is possible here.");

        return path switch
        {
            "api/emulator" => PageReply.JsonAsync(context, Describe()),
            "api/buckets" => _objects.BucketsAsync(context),
            "api/list" => _objects.ListAsync(context),
            "api/content" => _objects.ContentAsync(context, cancellationToken),
            "api/tail" => _tail.FollowAsync(context, cancellationToken),
            "api/traffic" => PageReply.JsonAsync(context, _traffic.Snapshot()),
            "api/site" => _site.ReadAsync(context, cancellationToken),
            _ => _files.SendAsync(context, path),
        };
    }
}

/// <summary>What the page shows about the emulator; no secret is among it.</summary>
internal sealed record PageDescription(string Endpoint, string Region, string AccessKeyId);
