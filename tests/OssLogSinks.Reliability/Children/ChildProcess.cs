using System.Diagnostics;
using OssLogSinks.Reliability.DiskFaults;
using OssLogSinks.Reliability.Services;

namespace OssLogSinks.Reliability.Children;

/// <summary>The parent's side of a child: what it has told so far, and its end. Killed at the latest when disposed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The line that asks a child to close.</summary>
    public const string CloseRequest = "close";

    private const string AliveRequest = "alive";

    // What SIGKILL leaves as an exit code (128 + 9), and TerminateProcess on Windows.
    private static readonly int[] KilledCodes = [137, -1];
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private readonly HashSet<ChildMessage> _heard = [];
    private readonly Lock _hearing = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ChildOrder order, Process process)
    {
        Order = order;
        _process = process;
        OnDisk = new long[order.Arguments.Streams];
        _reading = Task.Run(ReadAsync);
        _errors = process.StandardError.ReadToEndAsync();
    }

    public ChildOrder Order { get; }

    /// <summary>How many events of each stream the child said to be on disk.</summary>
    public IReadOnlyList<long> OnDisk { get; private set; }

    public long OnDiskTotal => OnDisk.Sum();

    /// <summary>How many events of those that are on disk, as a close says, it has counted as given up.</summary>
    public long DroppedAtClose => HasSaid(ChildMessage.Closed) ? Last!.Done.DroppedTotal : 0;

    /// <summary>The largest heap that it has told of.</summary>
    public long MostHeap { get; private set; }

    /// <summary>The child's last report; null before its first.</summary>
    public ChildReport? Last { get; private set; }

    /// <summary>Ends with all that it has said.</summary>
    public Task Ended => _reading;

    public bool HasEnded => _reading.IsCompleted;

    /// <summary>Whether it was a kill that ended it.</summary>
    public bool WasKilled => _process.HasExited && KilledCodes.Contains(_process.ExitCode);

    public static ChildProcess Start(ChildOrder order, ServiceUnderTest service, FaultyDisk? disk = null) =>
        new(order, Launch(ChildOrder.Command, order, service, redirects: true, disk));

    /// <summary>Starts this program as a process of its own, for a hidden command. Its input ends with this process.</summary>
    public static Process Launch(string command, ChildOrder order, ServiceUnderTest service, bool redirects, FaultyDisk? disk = null)
    {
        // The built program itself: `dotnet run` would take seconds, and be killed in its place.
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(ChildProcess).Assembly.Location, command, order.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = redirects,
            RedirectStandardError = redirects,
        };
        if (!string.Equals(Path.GetFileNameWithoutExtension(start.FileName), "dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.RemoveAt(0);
        service.Announce(start.Environment);
        disk?.Announce(start.Environment, order.Number);
        return Process.Start(start)!;
    }

    public bool HasSaid(ChildMessage word)
    {
        lock (_hearing)
            return _heard.Contains(word);
    }

    /// <summary>Ends when so much is told, or the child has ended.</summary>
    public async Task WhenAsync(string awaited, Func<bool> isSo)
    {
        if (!await IsInTimeAsync(isSo, LongestWait))
            throw await StuckAsync(awaited);
    }

    public Task WhenAsync(ChildMessage word) => WhenAsync(word.ToString(), () => HasSaid(word));

    public Task AskToCloseAsync() => TellAsync(CloseRequest);

    /// <summary>Kills it, unless it has ended before.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for its end.</summary>
    /// <returns>Whether it ended as it should, by its own doing or by a kill; otherwise the reason stands on the error output.</returns>
    public async Task<bool> EndAsync()
    {
        await WhenAsync("its end", () => false);
        await _process.WaitForExitAsync();
        var isGood = WasKilled || _process.ExitCode == 0;
        if (!isGood || Order.Arguments.IsVerbose)
            await Console.Error.WriteLineAsync($"child {Order.Number} ended with {_process.ExitCode} after '{Last?.Word}': {await _errors}");
        return isGood;
    }

    /// <summary>What stands still, for the error output.</summary>
    public async Task<TimeoutException> StuckAsync(string awaited)
    {
        var before = Last;
        await TellAsync(AliveRequest);
        await IsInTimeAsync(() => Last?.Word == ChildMessage.Alive, LastWords);
        return new TimeoutException($"child {Order.Number} is stuck: waited for {awaited}; its last report was '{before}', and asked now it says '{Last}'. Buffer: {BufferFolder.Describe(Order.BufferPath)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    // Each report is told to those who wait here. False if the time was over before it was so, or the child had ended.
    private async Task<bool> IsInTimeAsync(Func<bool> isSo, TimeSpan timeout)
    {
        var over = Task.Delay(timeout);
        while (true)
        {
            Task news;
            lock (_hearing)
                news = _news.Task;
            if (isSo() || HasEnded)
                return true;
            if (await Task.WhenAny(news, _reading, over) == over)
                return false;
        }
    }

    private async Task TellAsync(string line)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended; who waits for it will see that.
        }
    }

    // To the end of the pipe: what was said before the kill counts, even if it is read after.
    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (ChildReport.TryParse(line) is not { } report)
                continue;

            lock (_hearing)
            {
                Last = report;
                MostHeap = Math.Max(MostHeap, report.Heap);
                OnDisk = report.OnDisk.Count > 0 ? report.OnDisk : OnDisk;
                _heard.Add(report.Word);
                _news.TrySetResult();
                _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
