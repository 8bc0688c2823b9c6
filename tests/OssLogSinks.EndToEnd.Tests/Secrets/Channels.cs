using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using NLog.Common;
using Serilog.Debugging;

namespace OssLogSinks.EndToEnd.Tests.Secrets;

/// <summary>Everything of this process that an operator may read, switched on: the texts of each channel until it is disposed.</summary>
internal sealed class Channels : IDisposable
{
    private readonly ConcurrentQueue<(string Channel, string Text)> _texts = new();
    private readonly TextWriter _console = Console.Error;
    private readonly TextWriter _standardError;
    private readonly TextWriter _nlog;
    private readonly ActivityListener _traces;
    private readonly MeterListener _metrics = new();

    public Channels()
    {
        SelfLog.Enable(text => Add("SelfLog", text));
        _nlog = new ChannelWriter(text => Add("InternalLogger", text));
        InternalLogger.LogLevel = NLog.LogLevel.Trace;
        InternalLogger.LogWriter = _nlog;
        _standardError = TextWriter.Synchronized(new ChannelWriter(text => Add("standard error", text)));
        Console.SetError(_standardError);
        AppDomain.CurrentDomain.FirstChanceException += OnException;
        _traces = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Add("traces", $"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)}"),
        };
        ActivitySource.AddActivityListener(_traces);
        _metrics.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _metrics.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add("metrics", $"{instrument.Name} {instrument.Description} {value} {string.Join(' ', tags.ToArray())}"));
        _metrics.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add("metrics", $"{instrument.Name} {instrument.Description} {value} {string.Join(' ', tags.ToArray())}"));
        _metrics.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add("metrics", $"{instrument.Name} {value} {string.Join(' ', tags.ToArray())}"));
        _metrics.Start();
    }

    public IReadOnlyCollection<(string Channel, string Text)> Texts => _texts;

    public void Add(string channel, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            _texts.Enqueue((channel, text));
    }

    /// <summary>Asks every gauge for its value.</summary>
    public void Measure() => _metrics.RecordObservableInstruments();

    /// <summary>Where secrets were found: channel and form.</summary>
    public IReadOnlyList<string> LeaksOf(LeakSearch search) => [.. _texts.Distinct().SelectMany(text => search.FindIn(text.Text).Select(form => $"{text.Channel}: {form}")).Distinct()];

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= OnException;
        Console.SetError(_console);
        InternalLogger.LogLevel = NLog.LogLevel.Off;
        InternalLogger.LogWriter = null;
        SelfLog.Disable();
        _metrics.Dispose();
        _traces.Dispose();
        _standardError.Dispose();
        _nlog.Dispose();
    }

    // The library's own exceptions, with what is in them; the platform's and the application's are not the library's texts.
    private void OnException(object? sender, System.Runtime.ExceptionServices.FirstChanceExceptionEventArgs e)
    {
        if (e.Exception.GetType().FullName!.StartsWith("OssLogSinks.Core", StringComparison.Ordinal))
            Add("exceptions", e.Exception.ToString());
    }

    private sealed class ChannelWriter(Action<string> write) : StringWriter
    {
        public override void Write(char value) => write(value.ToString());

        public override void Write(string? value) => write(value ?? "");

        public override void WriteLine(string? value) => write(value ?? "");
    }
}
