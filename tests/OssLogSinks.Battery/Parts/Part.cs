namespace OssLogSinks.Battery.Parts;

/// <summary>One process on the runtime that is tried.</summary>
internal static class Part
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var order = PartOrder.Parse(arguments.Skip(1));
        switch (arguments[0])
        {
            case "log":
                return await LoggingPart.RunAsync(order);
            case "places":
                return await PlacesPart.RunAsync(order);
            case "checksums":
                return ChecksumPart.Run();
            default:
                Console.Error.WriteLine($"There is no part '{arguments[0]}'.");
                return 2;
        }
    }
}
