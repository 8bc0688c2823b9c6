using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Retry;
using OssLogSinks.Core.Shutdown;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>
/// Seals finished objects in the background, one after the other. Best effort: only the close waits for seals, for a limited time, and a
/// failure to seal is only reported. Stops for good, with one report, when the account may not seal, or the client cannot.
/// </summary>
internal sealed class ObjectSealer : IDisposable
{
    private const int MostWaiting = 1000;
    private const int MostTries = 8;
    private const string StoppedFirst = "The application stopped first.";

    private readonly IOssClient _client;
    private readonly DeliveryReporter _reporter;
    private readonly RetrySchedule _schedule;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new();

    // Guarded by _gate.
    private readonly Queue<(string Key, long Length)> _waiting = new();
    private Task _work = Task.CompletedTask;
    private bool _isWorking;
    private bool _isOff;

    public ObjectSealer(IOssClient client, DeliveryReporter reporter, RetrySchedule schedule, TimeProvider time)
    {
        _client = client;
        _reporter = reporter;
        _schedule = schedule;
        _time = time;
    }

    /// <summary>Seals an object later, if it still has this length then.</summary>
    public void Seal(string key, long length)
    {
        lock (_gate)
        {
            if (_isOff)
                return;

            if (_waiting.Count < MostWaiting)
            {
                _waiting.Enqueue((key, length));
                if (!_isWorking)
                    _work = Task.Run(WorkAsync);
                _isWorking = true;
                return;
            }
        }

        _reporter.NotSealed(key, "Too many objects are waiting to be sealed.");
    }

    /// <summary>Waits up to the timeout for the objects that were taken. Then takes no more, and cancels the seals that are left.</summary>
    public async Task CloseAsync(TimeSpan timeout)
    {
        Task work;
        lock (_gate)
            work = _work;

        _ = await Waiting.ForAsync(work, timeout, _time).ConfigureAwait(false);
        lock (_gate)
        {
            _isOff = true;
            work = _work;
        }

        _stopped.TrySetResult(true);
        await BoundedWait.RunAsync(() =>
        {
            _stop.Cancel();
            return true;
        }).ConfigureAwait(false);
        await work.ConfigureAwait(false);
    }

    /// <summary>Call it after the close.</summary>
    public void Dispose() => _stop.Dispose();

    private async Task WorkAsync()
    {
        DeliveryScope.Begin(_reporter.Source);
        while (TryTake(out var next))
        {
            try
            {
                await SealAsync(next.Key, next.Length).ConfigureAwait(false);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                _reporter.NotSealed(next.Key, StoppedFirst);
            }
        }
    }

    private bool TryTake(out (string Key, long Length) next)
    {
        lock (_gate)
        {
            if (_isOff)
                _waiting.Clear();

            next = default;
            _isWorking = _waiting.Count > 0;
            if (_isWorking)
                next = _waiting.Dequeue();
            return _isWorking;
        }
    }

    private async Task SealAsync(string key, long length)
    {
        for (var failures = 1; ; failures++)
        {
            var (isWorthRepeating, error) = await TrySealAsync(key, length).ConfigureAwait(false);
            if (error is null)
                return;

            if (!isWorthRepeating || failures == MostTries)
            {
                _reporter.NotSealed(key, PlainText.Of(error));
                return;
            }

            if (await Waiting.ForAsync(_stopped.Task, _schedule.DelayAfter(failures, 0.5), _time).ConfigureAwait(false))
            {
                _reporter.NotSealed(key, StoppedFirst);
                return;
            }
        }
    }

    private async Task<(bool IsWorthRepeating, Exception? Error)> TrySealAsync(string key, long length)
    {
        try
        {
            _ = await Waiting.WithAsync(_client.SealObjectAsync(key, length, _stop.Token), _stop.Token).ConfigureAwait(false);
            return (false, null);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            if (NeedsNoSeal(e))
                return (false, null);
            if (!IsForbidden(e))
                return (AppendOutcome.FromError(e) is AppendOutcome.Throttled or AppendOutcome.Unanswered, e);

            lock (_gate)
                _isOff = true;
            _reporter.SealingOff(e, e is OssException refusal ? TroubleAdvice.ForSeal(refusal) : "The client in use cannot seal objects.");
            return (false, null);
        }
    }

    // Another writer has appended to the object since, or the object was deleted, replaced or sealed.
    private static bool NeedsNoSeal(Exception error) => error is OssException
    {
        IsFromOss: true,
        Code: "PositionNotEqualToLength" or "NoSuchKey" or "ObjectNotAppendable" or "AppendSealedObjectNotAllowed",
    };

    // A gateway's refusal does not concern the account.
    private static bool IsForbidden(Exception error) =>
        error is NotSupportedException or OssException { IsFromOss: true, Code: "OperationNotSupported" or "AccessDenied" or "NotImplemented" or "MethodNotAllowed" };
}
