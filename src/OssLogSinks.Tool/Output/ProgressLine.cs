namespace OssLogSinks.Tool.Output;

/// <summary>One line about progress that is written again and again: amount, rate and time left. Silent unless a person reads it.</summary>
internal sealed class ProgressLine(ToolHost host)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly long _begun = host.Time.GetTimestamp();
    private long? _first;
    private TimeSpan _shown = TimeSpan.MinValue;
    private int _width;

    /// <summary>Shows bytes of a total. What was there at the first call does not count for the rate.</summary>
    public void Show(long done, long total)
    {
        _first ??= done;
        var elapsed = host.Time.GetElapsedTime(_begun);
        if (!host.IsErrorTerminal || (elapsed - Interval < _shown && done < total))
            return;

        _shown = elapsed;
        Write(TextOf(done, total, elapsed));
    }

    /// <summary>Shows a text.</summary>
    public void Show(string text)
    {
        if (host.IsErrorTerminal)
            Write(text);
    }

    /// <summary>Ends the line, so that what follows begins a new one.</summary>
    public void End()
    {
        if (_width > 0)
            host.Error.Write("\n");
        _width = 0;
    }

    internal string TextOf(long done, long total, TimeSpan elapsed)
    {
        var rate = elapsed.TotalSeconds > 0 ? (done - (_first ?? done)) / elapsed.TotalSeconds : 0;
        var left = rate > 0 ? Quantities.Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 359_999))) : "-:--";
        return $"{(total == 0 ? 100 : done * 100 / total),3} %  {Quantities.Bytes(done)} of {Quantities.Bytes(total)}  {Quantities.Bytes(rate)}/s  {left} left";
    }

    private void Write(string text)
    {
        host.Error.Write("\r" + text.PadRight(_width));
        _width = text.Length;
    }
}
