using System.Globalization;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Extensions.Hosting;

/// <summary>Formats a snapshot for a health report: plain numbers, no secrets, no event text.</summary>
internal static class HealthNumbers
{
    public static Dictionary<string, object> Of(string state, DeliverySnapshot snapshot)
    {
        var numbers = new Dictionary<string, object>
        {
            ["state"] = state,
            ["name"] = snapshot.Name,
            ["oldestUndeliveredSeconds"] = snapshot.OldestUndelivered.TotalSeconds,
            ["accepted"] = snapshot.Accepted,
            ["delivered"] = snapshot.Delivered,
            ["dropped"] = snapshot.DroppedTotal,
            ["replaced"] = snapshot.Replaced,
            ["quarantined"] = snapshot.QuarantinedRecords,
            ["deliveredBytes"] = snapshot.DeliveredBytes,
            ["memoryBytes"] = snapshot.MemoryBytes,
            ["bufferBytes"] = snapshot.BufferBytes,
            ["appends"] = snapshot.Appends,
            ["retries"] = snapshot.Retries,
        };
        foreach (var drop in snapshot.Dropped)
            numbers.Add("dropped." + drop.Key, drop.Value);
        if (snapshot.TroubleSince is { } since)
            numbers.Add("troubleSince", since);
        if (snapshot.LastFailure is { } failure)
            AddFailure(numbers, failure);

        return numbers;
    }

    /// <summary>How many events were lost, and why: '3 event(s) were dropped (QueueFull 2, TooLarge 1)'.</summary>
    public static string LossesOf(DeliverySnapshot snapshot)
    {
        var reasons = snapshot.Dropped.Select(drop => $"{drop.Key} {Number(drop.Value)}").ToList();
        if (snapshot.QuarantinedRecords > 0)
            reasons.Add("unreadable in the buffer " + Number(snapshot.QuarantinedRecords));

        return $"{Number(snapshot.DroppedTotal + snapshot.QuarantinedRecords)} event(s) were dropped ({string.Join(", ", reasons)})";
    }

    /// <summary>What fails, since when, what to do, and the effect so far. The text must be understandable on its own.</summary>
    public static string TroubleOf(DeliverySnapshot snapshot, DateTimeOffset since)
    {
        var failure = snapshot.LastFailure is { } last ? string.Join(" ", new[] { last.Message, last.Advice }.Where(part => part.Length > 0)) : "";
        var waiting = $"{Number(snapshot.Delivered)} event(s) were delivered since the start; the oldest undelivered one has waited {Seconds(snapshot.OldestUndelivered)} s.";
        return string.Join(" ", new[] { $"since {Time(since)}:", failure, waiting }.Where(part => part.Length > 0));
    }

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private static void AddFailure(Dictionary<string, object> numbers, DeliveryFailure failure)
    {
        numbers.Add("lastFailure", failure.Message);
        numbers.Add("lastFailureKind", failure.Kind.ToString());
        numbers.Add("lastFailureTime", failure.Time);
        numbers.Add("lastFailureAdvice", failure.Advice);
        numbers.Add("failures", failure.Failures);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
