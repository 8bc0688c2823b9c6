using System.Diagnostics;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Faults;

namespace OssLogSinks.Reliability.Services;

/// <summary>
/// The faults of a soak: calm, then some, then an outage, then calm again, the same in each third of the run, so that the
/// thirds can be compared.
/// </summary>
internal sealed class FaultSchedule
{
    private const double FaultsBegin = 0.3;
    private const double OutageBegins = 0.6;
    private static readonly TimeSpan LongestCycle = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LongestOutage = TimeSpan.FromSeconds(30);

    private readonly OssEmulator _emulator;
    private readonly ReliabilityArguments _arguments;
    private readonly TimeSpan _cycle;
    private readonly TimeSpan _outage;

    private FaultSchedule(OssEmulator emulator, ReliabilityArguments arguments, TimeSpan length)
    {
        _emulator = emulator;
        _arguments = arguments;
        var third = length / 3;
        _cycle = third / Math.Ceiling(third / LongestCycle);
        _outage = _cycle / 4 < LongestOutage ? _cycle / 4 : LongestOutage;
    }

    /// <summary>Calm, faults or outage.</summary>
    public string Now { get; private set; } = "calm";

    /// <summary>The faults of the built-in OSS; null for another, which has its own.</summary>
    public static FaultSchedule? Of(ServiceUnderTest service, ReliabilityArguments arguments, TimeSpan length) =>
        service.Emulator is { } emulator && arguments.FaultRate > 0 ? new FaultSchedule(emulator, arguments, length) : null;

    public async Task RunAsync(Stopwatch watch, CancellationToken over)
    {
        try
        {
            // The pauses are the schedule: each lasts until the next turn.
            while (true)
            {
                var (now, left) = At(watch.Elapsed);
                Turn(now);
                await Task.Delay(left + TimeSpan.FromMilliseconds(1), over);
            }
        }
        catch (OperationCanceledException)
        {
            Turn("calm");
        }
    }

    // What it is then, and for how long.
    private (string Now, TimeSpan Left) At(TimeSpan elapsed)
    {
        var part = elapsed / _cycle % 1;
        var outageEnds = OutageBegins + (_outage / _cycle);
        return part < FaultsBegin ? ("calm", (FaultsBegin - part) * _cycle)
            : part < OutageBegins ? ("faults", (OutageBegins - part) * _cycle)
            : part < outageEnds ? ("outage", (outageEnds - part) * _cycle)
            : ("calm", (1 - part) * _cycle);
    }

    private void Turn(string next)
    {
        if (next == Now)
            return;

        Now = next;
        if (next == "faults")
        {
            _emulator.Faults.Random(_arguments.FaultRate, _arguments.Seed, _arguments.Faults);
        }
        else if (next == "outage")
        {
            _emulator.Faults.Random(1, _arguments.Seed, FaultKinds.DropBefore | FaultKinds.DropAfter | FaultKinds.Unavailable | FaultKinds.BadGateway);
            _emulator.AbortConnections();
        }
        else
        {
            _emulator.Faults.Clear();
        }
    }
}
