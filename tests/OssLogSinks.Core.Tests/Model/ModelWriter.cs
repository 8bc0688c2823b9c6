using System.Buffers;
using System.Text;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>
/// One stream of one writer: numbered records in batches, and the appender under test, taken from request to request.
/// Its processes come one after the other; a new one knows nothing of the one before.
/// </summary>
internal sealed class ModelWriter : IDisposable
{
    private readonly ModelService _service;
    private readonly ModelWire _wire;
    private readonly AppendContext _context;
    private readonly StreamKey _stream;
    private readonly Queue<int> _batchEnds = new();
    private ObjectAppender _appender;
    private AppendBatch? _batch;
    private Task<ShipVerdict>? _step;
    private IWaitingRequest? _waiting;

    public ModelWriter(int number, StreamKey stream, bool isSole, int[][] batches, ModelBucket bucket, ModelWire wire, AppendContext context)
    {
        Number = number;
        IsSole = isSole;
        _stream = stream;
        _service = new ModelService(bucket, isSole);
        _wire = wire;
        _context = context;
        _appender = new ObjectAppender(context, stream);
        foreach (var batch in batches)
        {
            foreach (var length in batch)
                Records.Add(new ModelRecord(Encoding.UTF8.GetBytes($"{number}.{Records.Count:000}".PadRight(length - 1, '-') + "\n")));
            _batchEnds.Enqueue(Records.Count);
        }

        Watch = new AppendWatch(this, bucket, context.Policy.SizeLimit);
    }

    public int Number { get; }

    /// <summary>Whether it is, and knows that it is, the only writer of its objects.</summary>
    public bool IsSole { get; }

    /// <summary>Whether its objects begin with a header.</summary>
    public bool HasHeader => _context.FormatOf(_stream).Header.Length > 0;

    public string StreamName => _stream.Before;

    public List<ModelRecord> Records { get; } = [];

    /// <summary>Records before this one have their outcome.</summary>
    public int Cursor { get; private set; }

    public bool IsDone => Cursor == Records.Count;

    public int Process { get; private set; }

    /// <summary>Whether an append was damaged on its way, or seemed to be: its object is left though it takes more.</summary>
    public bool HasLeftDamage => _service.HasDamaged;

    public AppendWatch Watch { get; }

    public string ObjectKey => _appender.ObjectKey;

    public string NextObjectKey => KeyOf(int.Parse(ObjectKey.AsSpan(_stream.Before.Length, 3)) + 1);

    public string KeyOf(int sequence) => _stream.ObjectKey(sequence);

    /// <summary>The next request, the appender's steps up to it included, has this outcome.</summary>
    public void Meet(What what)
    {
        for (var steps = 0; _waiting is null && !IsDone; steps++)
        {
            Violation.If(steps > 20, $"Writer {Number} takes steps but sends nothing.");
            Begin();
        }

        if (_waiting is not { } request)
            return;

        _waiting = null;
        Answer(request, what);
        Follow();
    }

    /// <summary>The process dies. What of the batch under way may have been stored is not written again: without a journal nobody knows.</summary>
    public void Restart()
    {
        _waiting = null;
        _step = null;
        if (_appender.MayHaveLanded)
            Advance(Cursor + Watch.SentRecords, RecordOutcome.Uncertain);
        _batch = null;
        _appender.Dispose();
        _appender = new ObjectAppender(_context, _stream);
        Process++;
        Watch.Forget();
    }

    /// <summary>The retry time is over, if no request is under way.</summary>
    public void GiveUp()
    {
        if (_step is not null || _batch is null)
            return;

        var end = Cursor + _batch.Count - _batch.Cursor;
        if (_appender.MayHaveLanded)
            Advance(Cursor + Watch.SentRecords, RecordOutcome.Uncertain);
        Advance(end, RecordOutcome.GivenUp);
        _batch = null;
        _appender.Abandon();
        Watch.Forget();
    }

    public void Dispose() => _appender.Dispose();

    private void Begin()
    {
        _batch ??= NextBatch();
        _step = _appender.StepAsync(_batch, CancellationToken.None);
        Follow();
    }

    private void Follow()
    {
        if (_step is null)
            return;

        _waiting = _wire.Take();
        if (_waiting is null)
        {
            Violation.If(!_step.IsCompleted, "The step waits for something that is no request.");
            var verdict = _step.GetAwaiter().GetResult();
            _step = null;
            Apply(verdict);
        }
        else if (_waiting.Request is AppendObjectRequest append)
        {
            Watch.Sends(new SentAppend(Number, Process, append.Key, append.Position, append.Body.ToArray()));
        }
    }

    private void Apply(ShipVerdict verdict)
    {
        Violation.If(verdict is ShipVerdict.Never, "A record is given up though the stream can roll.");
        if (verdict is ShipVerdict.Again { Cause: null })
            Watch.Concluded();
        if (verdict is ShipVerdict.Delivered delivered)
        {
            var end = Cursor + delivered.End - _batch!.Cursor;
            var isExcused = Watch.Delivered(end);
            Advance(end, isExcused ? RecordOutcome.TakenForAnothers : RecordOutcome.Delivered);
            _batch.Finish(delivered.End, dropped: false);
            if (_batch.IsDone)
            {
                _batch.Release();
                _batch = null;
            }
        }

        Violation.If(_appender.MayHaveLanded && !Watch.IsInDoubt, "The appender says that an append may have landed, but none is in doubt.");
    }

    private AppendBatch NextBatch()
    {
        while (_batchEnds.Peek() <= Cursor)
            _batchEnds.Dequeue();

        var batch = new AppendBatch(0);
        foreach (var record in Records.GetRange(Cursor, _batchEnds.Peek() - Cursor))
            batch.Add(new LogRecord(default, record.Bytes));
        return batch;
    }

    private void Advance(int end, RecordOutcome outcome)
    {
        for (; Cursor < end; Cursor++)
            Records[Cursor].Outcome = outcome;
    }

    private void Answer(IWaitingRequest waiting, What what)
    {
        object result;
        try
        {
            result = waiting.Request is AppendObjectRequest ? _service.Append(Watch.Sent!, what) : _service.Ask(waiting.Request, what);
        }
        catch (OssException e)
        {
            Watch.Refused(waiting.Request, e);
            waiting.Fail(e);
            return;
        }

        Watch.Answered(waiting.Request, result);
        waiting.Complete(result);
    }
}

/// <summary>One record, and what its writer thinks has become of it.</summary>
internal sealed class ModelRecord(byte[] bytes)
{
    public byte[] Bytes => bytes;

    public RecordOutcome Outcome { get; set; }
}

/// <summary>What a writer thinks has become of a record.</summary>
internal enum RecordOutcome
{
    /// <summary>Nothing yet.</summary>
    Waiting,

    /// <summary>It is stored.</summary>
    Delivered,

    /// <summary>A foreign writer's equal bytes stand where it was in doubt: nobody can tell them apart.</summary>
    TakenForAnothers,

    /// <summary>It was in doubt when its process died or gave up: stored once or never.</summary>
    Uncertain,

    /// <summary>It was given up and is not stored.</summary>
    GivenUp,
}
