using System.Globalization;

namespace Quickstart;

/// <summary>What the command line asks for.</summary>
/// <param name="Requests">How many HTTP requests the site gets; each is one event through each logging library.</param>
/// <param name="FaultRate">The part of the requests to the built-in OSS that go wrong, from 0 to 0.9.</param>
/// <param name="Prefix">What the keys of all objects begin with.</param>
/// <param name="Stay">Whether the built-in OSS and its page stay until Ctrl-C.</param>
internal sealed record QuickstartArguments(int Requests = 3000, double FaultRate = 0, string Prefix = "quickstart/", bool Stay = false)
{
    private const string Usage = "usage: dotnet run --project samples/Quickstart -- [--requests N] [--faults RATE] [--prefix PREFIX] [--stay]";

    public static QuickstartArguments? Parse(string[] args)
    {
        var parsed = new QuickstartArguments();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] == "--stay")
            {
                parsed = parsed with { Stay = true };
                i--;
                continue;
            }

            var value = i + 1 < args.Length ? args[i + 1] : "";
            var next = args[i] switch
            {
                "--requests" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => parsed with { Requests = n },
                "--faults" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is >= 0 and <= 0.9 => parsed with { FaultRate = rate },
                "--prefix" when value.Length > 0 => parsed with { Prefix = value },
                _ => null,
            };

            if (next is null)
            {
                Console.Error.WriteLine($"Cannot make sense of '{args[i]} {value}'.");
                Console.Error.WriteLine(Usage);
                return null;
            }

            parsed = next;
        }

        return parsed;
    }
}
