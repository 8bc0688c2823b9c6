namespace OssLogSinks.Benchmarks.Sides;

/// <summary>The highest working set since it was made, as seen ten times a second, against that at the beginning.</summary>
internal sealed class WorkingSetWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _before = Environment.WorkingSet;
    private readonly Timer _timer;
    private long _peak;

    public WorkingSetWatch() => _timer = new Timer(_ => Look(), null, Interval, Interval);

    public long Growth
    {
        get
        {
            Look();
            return Volatile.Read(ref _peak) - _before;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look() => Volatile.Write(ref _peak, Math.Max(Volatile.Read(ref _peak), Environment.WorkingSet));
}
