using System.Globalization;
using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.HealthChecks;

/// <summary>Says a snapshot in the words of a health report: plain numbers, no secrets, no event text.</summary>
internal static class HealthNumbers
{
    public static Dictionary<string, object> Of(string state, DeliverySnapshot snapshot)
    {
        var numbers = new Dictionary<string, object>
        {
            ["state"] = state,
            ["oldestUndeliveredSeconds"] = snapshot.OldestUndelivered.TotalSeconds,
            ["accepted"] = snapshot.Accepted,
            ["delivered"] = snapshot.Delivered,
            ["dropped"] = snapshot.DroppedTotal,
            ["quarantined"] = snapshot.QuarantinedRecords,
            ["deliveredBytes"] = snapshot.DeliveredBytes,
            ["spoolBytes"] = snapshot.SpoolBytes,
            ["bufferBytes"] = snapshot.BufferBytes,
            ["appends"] = snapshot.Appends,
            ["retries"] = snapshot.Retries,
        };
        foreach (var drop in snapshot.Dropped)
            numbers.Add("dropped." + drop.Key, drop.Value);

        return numbers;
    }

    /// <summary>How many events were given up, and why: '3 event(s) were given up (QueueFull 2, TooLarge 1)'.</summary>
    public static string LossesOf(DeliverySnapshot snapshot)
    {
        var reasons = snapshot.Dropped.Select(drop => $"{drop.Key} {Number(drop.Value)}").ToList();
        if (snapshot.QuarantinedRecords > 0)
            reasons.Add("unreadable in the buffer " + Number(snapshot.QuarantinedRecords));

        return $"{Number(snapshot.DroppedTotal + snapshot.QuarantinedRecords)} event(s) were given up ({string.Join(", ", reasons)})";
    }

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
