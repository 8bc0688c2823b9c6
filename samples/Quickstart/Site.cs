using System.Diagnostics;
using System.Globalization;

namespace Quickstart;

/// <summary>A small real site on the loopback, which logs every request that it answers.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const int ConcurrentVisitors = 16;
    private static readonly string[] Paths = ["/", "/products", "/products/42", "/basket", "/checkout"];

    private readonly WebApplication _application;

    private Site(WebApplication application) => _application = application;

    public static async Task<Site> StartAsync(SiteLogging logging, string run)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        logging.AddTo(builder.Logging);

        var application = builder.Build();
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Quickstart.Requests");
        application.MapGet("/{**path}", (HttpContext context) =>
        {
            var watch = Stopwatch.StartNew();
            var number = int.Parse(context.Request.Query["number"].ToString(), CultureInfo.InvariantCulture);
            logger.LogInformation(
                "{Method} {Path} answered {Status} in {Elapsed:0.000} ms, run {Run} event {Number}",
                context.Request.Method, context.Request.Path.Value, 200, watch.Elapsed.TotalMilliseconds, run, number);
            return "Hello!";
        });

        await application.StartAsync();
        return new Site(application);
    }

    /// <summary>Sends the site real HTTP requests, numbered from 1.</summary>
    public async Task VisitAsync(int requests)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_application.Urls.Single()) };
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, requests),
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentVisitors },
            async (number, cancellationToken) =>
                _ = await client.GetStringAsync(new Uri($"{Paths[number % Paths.Length]}?number={number}", UriKind.Relative), cancellationToken));

        Console.WriteLine($"The site answered {requests} requests in {watch.Elapsed.TotalSeconds:0.0} s.");
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
