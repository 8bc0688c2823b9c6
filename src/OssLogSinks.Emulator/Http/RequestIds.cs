using System.Globalization;

namespace OssLogSinks.Emulator.Http;

/// <summary>Request ids of 24 upper-case hex digits: a random start, then counted.</summary>
internal sealed class RequestIds
{
    private readonly string _prefix = Convert.ToHexString(Guid.NewGuid().ToByteArray().AsSpan(0, 6));
    private long _count;

    public string Next() => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{Interlocked.Increment(ref _count):X12}");
}
