namespace OssLogSinks.Core.Retry;

/// <summary>Chance that any thread may draw from.</summary>
internal static class Chance
{
    [ThreadStatic]
    private static Random? _random;

    public static double Next()
    {
        _random ??= new Random(Guid.NewGuid().GetHashCode());
#pragma warning disable CA5394 // Pauses between retries need no cryptographic chance.
        return _random.NextDouble();
#pragma warning restore CA5394
    }
}
