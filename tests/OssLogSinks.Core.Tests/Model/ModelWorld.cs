using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>Plays a scenario, lets the world come to rest, and takes stock.</summary>
internal sealed class ModelWorld
{
    private readonly Scenario _scenario;
    private readonly ModelBucket _bucket;
    private readonly ModelWriter[] _writers;
    private readonly HashSet<string> _disturbed = [];

    private ModelWorld(Scenario scenario, DeliveryCounters counters)
    {
        _scenario = scenario;
        _bucket = new ModelBucket(scenario.TellsCrc);
        var wire = new ModelWire();
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], localZone: null, scenario.SizeLimit);
        var context = new AppendContext(DeliverySetup.AppendSettingsOf(new OssAppenderOptions { Client = wire, StreamRegistry = new StreamRegistry(), ObjectHeader = scenario.HasHeader ? Encoding.UTF8.GetString(SentAppend.Header) : null }), wire, policy, counters, new DeliveryReporter(null, TimeProvider.System));
        _writers = [.. scenario.Streams.Select((stream, number) =>
            new ModelWriter(
                number,
                new StreamKey($"s{stream}/", new SequencePart("000"), scenario.IsCompressed ? ".gz" : "") { IsOwn = scenario.IsOwn },
                scenario.IsOwn && scenario.Streams.Count(s => s == stream) == 1,
                scenario.Batches, _bucket, wire, context))];
    }

    /// <summary>Plays the scenario from beginning to end.</summary>
    /// <exception cref="Violation">A property does not hold.</exception>
    public static void Play(Scenario scenario)
    {
        // Answers are to be gone on with where they are given, whatever a test runner would have instead.
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        ModelWorld? world = null;
        try
        {
            using var counters = new DeliveryCounters(null);
            world = new ModelWorld(scenario, counters);
            foreach (var fault in scenario.Script)
                world.Happens(world._writers[fault.Writer], fault.What);
            world.ComeToRest();
            new FinalCheck(world._bucket, world._writers, world._disturbed).Check();
        }
        finally
        {
            foreach (var writer in world?._writers ?? [])
                writer.Dispose();
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void Happens(ModelWriter writer, What what)
    {
        switch (what)
        {
            case What.Lands:
            case What.LandsNewest:
                _bucket.Land(newest: what == What.LandsNewest);
                break;
            case What.IsSealed:
                _bucket.Seal(writer.ObjectKey);
                break;
            case What.IsLocked:
                _bucket.Lock(writer.ObjectKey);
                break;
            case What.IsConverted:
                _bucket.Convert(writer.ObjectKey);
                break;
            case What.IsDeleted:
                Disturb(writer, _bucket.Delete(writer.ObjectKey));
                break;
            case What.IsMadeAgain:
                Disturb(writer, _bucket.MakeAgain(writer.ObjectKey));
                break;
            case What.FirstIsDeleted:
                Disturb(writer, _bucket.Delete(writer.KeyOf(0)));
                break;
            case What.IsOverwritten:
                Disturb(writer, _bucket.Overwrite(writer.ObjectKey));
                break;
            case What.Restarts:
                writer.Restart();
                break;
            case What.GivesUp:
                writer.GiveUp();
                break;
            case >= What.ForeignWriterShorter and <= What.ForeignWriterAtNext:
                var key = what == What.ForeignWriterAtNext ? writer.NextObjectKey : writer.ObjectKey;
                _bucket.AppendAsForeignWriter(key, ForeignWritersBytes(writer.Watch.Sent?.Body ?? "strange\n"u8.ToArray(), what));
                break;
            default:
                writer.Meet(what);
                Disturb(writer, writer.HasLeftDamage);
                break;
        }
    }

    // Where an object vanishes, or is left though it takes appends while nothing stands in the next one yet, a process that
    // knows nothing of it may begin before the end.
    private void Disturb(ModelWriter writer, bool isDisturbed)
    {
        if (isDisturbed)
            _disturbed.Add(writer.StreamName);
    }

    private static byte[] ForeignWritersBytes(byte[] ours, What what) => what switch
    {
        What.ForeignWriterShorter => [.. "stranger\n"u8.ToArray().Take(Math.Min(9, ours.Length - 1))],
        What.ForeignWriterSameLength => [.. ours.Select((b, i) => i == ours.Length / 2 ? (byte)'#' : b)],
        What.ForeignWriterSameBytes => ours,
        What.ForeignWriterSameBytesAndMore => [.. ours, .. "more\n"u8],
        _ => [.. "strange\n"u8, .. Enumerable.Reverse(ours)],
    };

    private void ComeToRest()
    {
        _bucket.LandAll();
        foreach (var _ in Enumerable.Range(0, 100 + (20 * _writers.Sum(w => w.Records.Count))))
        {
            if (_writers.All(w => w.IsDone))
                return;
            foreach (var writer in _writers)
                writer.Meet(What.Goes);
        }

        throw new Violation("The world is quiet, and a writer gets nowhere.");
    }
}
