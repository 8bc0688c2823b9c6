using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>
/// Looks over a writer's shoulder: knows only what the service told its process, and what an append may be in the light of it.
/// </summary>
internal sealed class AppendWatch(ModelWriter writer, ModelBucket bucket, long sizeLimit)
{
    // What the service told last about objects that take appends: their length, or 0 for those that there are not; and which object that was.
    private readonly Dictionary<string, (long Length, int Incarnation)> _told = [];

    // The last append and its copies.
    private readonly List<SentAppend> _copies = [];
    private Doubt _doubt;
    private bool _isClosed;

    /// <summary>The last append; null if this process has sent none.</summary>
    public SentAppend? Sent => _copies.LastOrDefault();

    /// <summary>How many records it has.</summary>
    public int SentRecords { get; private set; }

    /// <summary>Whether the service never said what became of the last append.</summary>
    public bool IsInDoubt => _doubt != Doubt.None;

    public void Forget()
    {
        _told.Clear();
        Settle();
        _copies.Clear();
        SentRecords = 0;
    }

    public void Sends(SentAppend append)
    {
        var isTold = _told.TryGetValue(append.Key, out var told);
        Violation.If(!isTold || told.Length != append.Position, $"An append names a position that the service did not tell: {append.Key} at {append.Position}.");
        Violation.If(append.Position >= sizeLimit, "An append goes to a full object.");
        if (_doubt is Doubt.NotAsked)
            throw new Violation("An append is sent while one is in doubt that nobody has asked about.");
        if (_doubt is Doubt.MayStillLand && !append.IsSameAs(Sent!))
            throw new Violation("Another append is sent while one may still land.");
        if (_doubt is not Doubt.MayStillLand)
        {
            Settle();
            _copies.Clear();
        }

        var end = writer.Cursor;
        Violation.If(append.HasHeader != (writer.HasHeader && append.Position == 0), "A header is missing, or stands where none belongs.");
        var text = append.Records;
        for (var covered = 0; covered < text.Length; end++)
        {
            var record = end < writer.Records.Count ? writer.Records[end].Bytes : [];
            var isNext = record.Length > 0 && text.AsSpan(covered).StartsWith(record);
            Violation.If(!isNext, "An append is not made of the next records, whole and in order.");
            covered += record.Length;
        }

        _copies.Add(append with { Incarnation = told.Incarnation });
        SentRecords = end - writer.Cursor;
    }

    public void Answered(object request, object result)
    {
        switch (request, result)
        {
            case (AppendObjectRequest append, AppendObjectResult appended):
                // It stands there, if in one piece; what the CRC-64 says about that is the writer's to judge.
                Told(append.Key, appended.NextPosition);
                _doubt = Doubt.Fenced;
                break;
            case (HeadObjectRequest head, HeadObjectResult found):
                _told.Remove(head.Key);
                if (found.TakesAppends)
                    Told(head.Key, found.Length);
                Looked(head.Key, stillTakesIt: found.TakesAppends && found.Length == Sent?.Position);
                break;
        }
    }

    public void Refused(object request, OssException error)
    {
        switch (request)
        {
            case AppendObjectRequest append:
                RefusedAppend(append.Key, error);
                break;
            case HeadObjectRequest { Key: var key } when error.Code == "NoSuchKey":
                Absent(key);
                break;
            // Asked when a HEAD's 404 has no code.
            case GetObjectRequest { Key: var key, Range: { Start: 0, Length: 1 } } when error.Code == "NoSuchKey":
                Absent(key);
                break;
        }
    }

    /// <summary>The records before <paramref name="end"/> are said to be stored.</summary>
    /// <returns>Whether that is wrong, but nobody could know: a foreign writer's equal bytes stand where the append was in doubt.</returns>
    public bool Delivered(int end)
    {
        Violation.If(Sent is null || end != writer.Cursor + SentRecords, "Records are said to be stored that are not those of the last append.");
        var isTrue = bucket.Landings.Any(l => l.Append.Writer == writer.Number && l.Append.Body.AsSpan().SequenceEqual(Sent!.Body));
        var isExcused = !isTrue && IsInDoubt && bucket.Holds(Sent!.Key, Sent.Position, Sent.Body);
        Violation.If(!isTrue && !isExcused, "Records are said to be stored that are not.");
        Settle();
        return isExcused;
    }

    /// <summary>The writer has found out what to do next.</summary>
    public void Concluded()
    {
        foreach (var copy in _copies)
            copy.IsSettled |= _doubt is Doubt.Fenced;
    }

    private void Told(string key, long length) => _told[key] = (length, bucket.Incarnation(key));

    private void Settle()
    {
        _doubt = Doubt.None;
        _isClosed = false;
        foreach (var copy in _copies)
            copy.IsSettled = true;
    }

    private void RefusedAppend(string key, OssException error)
    {
        switch (error.RequestId is null ? null : error.Code)
        {
            case "AccessDenied" or "InvalidDigest":
                // Refused before anything was written; what became of earlier copies is as unknown as before.
                break;
            case "PositionNotEqualToLength":
                Refused(key);
                break;
            case "ObjectNotAppendable" or "AppendSealedObjectNotAllowed" or "FileImmutable":
                // Nothing lands there any more; but what was in doubt may be there already.
                _isClosed = true;
                Refused(key);
                break;
            default:
                _doubt = Doubt.NotAsked;
                _told.Remove(key);
                break;
        }
    }

    // Where nobody else writes, what is there may be another copy of the same request.
    private void Refused(string key)
    {
        _told.Remove(key);
        if (IsInDoubt || writer.IsSole)
            _doubt = Doubt.NotAsked;
    }

    private void Absent(string key)
    {
        Told(key, 0);
        Looked(key, stillTakesIt: Sent?.Position == 0);
    }

    private void Looked(string key, bool stillTakesIt)
    {
        if (key == Sent?.Key && IsInDoubt)
            _doubt = stillTakesIt && !_isClosed ? Doubt.MayStillLand : Doubt.Fenced;
    }

    private enum Doubt
    {
        /// <summary>There is none.</summary>
        None,

        /// <summary>Nothing else is to be sent before somebody has asked.</summary>
        NotAsked,

        /// <summary>The position is still free: the same bytes may be sent there again, and nothing else.</summary>
        MayStillLand,

        /// <summary>The position is gone: it is there or never will.</summary>
        Fenced,
    }
}

/// <summary>The writer did what it must not.</summary>
internal sealed class Violation(string message) : Exception(message)
{
    public static void If(bool isViolated, string message)
    {
        if (isViolated)
            throw new Violation(message);
    }
}
