namespace OssLogSinks.Core.Tests.Model;

/// <summary>
/// Holds what stands in the bucket against what the writers think: nothing lost, nothing doubled, order kept. What is
/// excused is named here, and nothing else is.
/// </summary>
/// <param name="bucket">The truth.</param>
/// <param name="writers">The writers, all done.</param>
/// <param name="disturbed">Streams whose objects vanished or were left open: only a process's own order counts there.</param>
internal sealed class FinalCheck(ModelBucket bucket, IReadOnlyList<ModelWriter> writers, IReadOnlySet<string> disturbed)
{
    public void Check()
    {
        foreach (var writer in writers)
        {
            var landings = bucket.Landings.Where(l => l.Append.Writer == writer.Number).Select(l => (Landing: l, Records: RecordsOf(writer, l))).ToArray();
            Violation.If(landings.Any(l => !l.Landing.Key.StartsWith(writer.StreamName, StringComparison.Ordinal)), "A record stands in another stream's object.");
            for (var i = 0; i < writer.Records.Count; i++)
                CheckRecord(writer, i, [.. landings.Where(l => l.Records.Contains(i)).Select(l => l.Landing)]);
            CheckOrder(writer, landings);
        }
    }

    private void CheckRecord(ModelWriter writer, int number, Landing[] landings)
    {
        // One that was sent to an object that is gone, and landed in the one made again under its key, no writer can help.
        var own = landings.Where(l => !l.IsAstray).ToArray();
        var name = $"Record {number} of writer {writer.Number}";
        Violation.If(own.Count(bucket.Stands) > 1, $"{name} is doubled.");
        Violation.If(own.GroupBy(l => (l.Key, l.Incarnation)).Any(g => g.Count() > 1), $"{name} was doubled in an object that is gone.");

        // One that stood in an object that was deleted is gone by somebody's will.
        var outcome = writer.Records[number].Outcome;
        Violation.If(outcome == RecordOutcome.Waiting, $"{name} is not done.");
        Violation.If(outcome == RecordOutcome.Delivered && landings.Length == 0, $"{name} is lost.");
        Violation.If(outcome == RecordOutcome.GivenUp && own.Any(bucket.Stands), $"{name} is stored though it was given up for good.");
    }

    private void CheckOrder(ModelWriter writer, (Landing Landing, int[] Records)[] landings)
    {
        var standing = landings.Where(l => bucket.Stands(l.Landing) && !l.Landing.IsAstray)
            .OrderBy(l => l.Landing.Key, StringComparer.Ordinal).ThenBy(l => l.Landing.Append.Position).ToArray();
        foreach (var group in standing.GroupBy(l => disturbed.Contains(writer.StreamName) ? l.Landing.Append.Process : 0))
        {
            var order = group.SelectMany(l => l.Records).ToArray();
            Violation.If(!order.SequenceEqual(order.Order()), $"Writer {writer.Number}'s records stand in another order: {string.Join(' ', order)}.");
        }
    }

    private static int[] RecordsOf(ModelWriter writer, Landing landing)
    {
        var body = landing.Append.Records.AsSpan();
        var records = new List<int>();
        while (body.Length > 0)
        {
            var length = body.IndexOf((byte)'\n') + 1;
            var line = body[..length].ToArray();
            records.Add(writer.Records.FindIndex(r => r.Bytes.AsSpan().SequenceEqual(line)));
            body = body[length..];
        }

        return [.. records];
    }
}
