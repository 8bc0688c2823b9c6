using System.Globalization;

namespace OssLogSinks.Benchmarks.Events;

/// <summary>The requests that are logged, over and over: the same ones in every process.</summary>
internal static class RequestTraffic
{
    private const int Count = 5000;
    private const double FailureRate = 0.02;
    private const int Seed = 20261125;
    private static readonly string[] Methods = ["GET", "GET", "GET", "POST", "PUT", "DELETE"];
    private static readonly string[] Places = ["orders", "customers", "invoices", "products", "shipments"];
    private static readonly int[] Statuses = [200, 200, 200, 200, 201, 204, 304, 404];

    public static Request[] Create(int clients)
    {
        var random = new Random(Seed);
        var requests = new Request[Math.Max(Count, clients)];
        for (var i = 0; i < requests.Length; i++)
            requests[i] = Draw(random, i % clients);

        return requests;
    }

    private static Request Draw(Random random, int client)
    {
        var fails = random.NextDouble() < FailureRate;
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/v2/{Places[random.Next(Places.Length)]}/{random.Next():x8}/items?page={random.Next(1, 100)}&size=50");
        return new Request(
            Methods[random.Next(Methods.Length)],
            path,
            fails ? 500 : Statuses[random.Next(Statuses.Length)],
            Math.Round(random.NextDouble() * 200, 4),
            string.Create(CultureInfo.InvariantCulture, $"client-{client:0000}"),
            fails ? Fail(path) : null);
    }

    // Thrown, not only made: the stack is a part of what is logged.
    private static InvalidOperationException Fail(string path)
    {
        try
        {
            Reserve(path);
            throw new InvalidOperationException();
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private static void Reserve(string path)
    {
        try
        {
            Lock(path);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException("The order could not be reserved.", e);
        }
    }

    private static void Lock(string path) => throw new TimeoutException($"No lock on '{path}' within 2000 ms.");
}
