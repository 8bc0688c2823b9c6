using System.Globalization;
using OssLogSinks.Battery.FrontDoors;

namespace OssLogSinks.Battery.Parts;

/// <summary>
/// Logs half of its events and flushes them, prints <c>stored</c>, may wait for a line of its input, logs the rest, prints <c>logged</c>, and ends
/// as it was ordered to.
/// </summary>
internal static class LoggingPart
{
    public static async Task<int> RunAsync(PartOrder order)
    {
        if (order.Culture is { } culture)
            CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = new CultureInfo(culture);

        var end = ProcessEnd.Prepare(order.End);
        var frontDoor = FrontDoor.Open(order);
        var half = order.First + (order.Events / 2);
        if (!await LogAsync(frontDoor, order, order.First, half) || !await frontDoor.FlushAsync())
        {
            Say("flush failed");
            return 3;
        }

        Say("stored");
        if (order.Waits)
            Console.ReadLine();

        if (!await LogAsync(frontDoor, order, half, order.First + order.Events))
        {
            Say("flush failed");
            return 3;
        }

        Say("logged");
        return await end.RunAsync(frontDoor);
    }

    private static async Task<bool> LogAsync(IFrontDoor frontDoor, PartOrder order, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            frontDoor.Log("event " + i.ToString(CultureInfo.InvariantCulture));
            if (order.FlushEvery > 0 && (i + 1) % order.FlushEvery == 0 && !await frontDoor.FlushAsync())
                return false;
        }

        return true;
    }

    // At once, and the same on every system.
    internal static void Say(string line)
    {
        Console.Out.Write(line + "\n");
        Console.Out.Flush();
    }
}
