using System.Text;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Support;

internal static class AppenderTesting
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Settings of an appender over <paramref name="oss"/> that retries without delay.</summary>
    public static OssAppenderOptions Options(MemoryOss oss) => new()
    {
        Client = oss,
        ObjectKey = "app.log",
        Random = () => 0,
        RefusalRetryDelay = TimeSpan.FromMilliseconds(1),
        CloseTimeout = TimeSpan.FromSeconds(20),
    };

    public static LogRecord Record(string text, DateTimeOffset? time = null, object? state = null, params string?[] values) =>
        new(time ?? Noon, Encoding.UTF8.GetBytes(text)) { KeyValues = values, State = state };

    public static async Task FlushOrFailAsync(this OssAppender appender) =>
        Assert.True(await appender.FlushAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
}

/// <summary>Remembers every record's outcome.</summary>
internal sealed class OutcomeRecorder : IDeliveryListener
{
    private readonly object _gate = new();
    private readonly List<object> _delivered = [];
    private readonly List<(object State, OssDeliveryException Failure)> _dropped = [];

    public IReadOnlyList<object> Delivered
    {
        get
        {
            lock (_gate)
                return [.. _delivered];
        }
    }

    public IReadOnlyList<(object State, OssDeliveryException Failure)> Dropped
    {
        get
        {
            lock (_gate)
                return [.. _dropped];
        }
    }

    public void OnDelivered(IReadOnlyList<object> states)
    {
        lock (_gate)
            _delivered.AddRange(states);
    }

    public void OnDropped(IReadOnlyList<object> states, OssDeliveryException failure)
    {
        lock (_gate)
            _dropped.AddRange(states.Select(s => (s, failure)));
    }
}

/// <summary>Remembers every report, and requires that each names a section.</summary>
internal sealed class ReportRecorder : IOssDiagnostics
{
    private readonly object _gate = new();
    private readonly List<OssDiagnosticEvent> _reports = [];

    public IReadOnlyList<OssDiagnosticEvent> Reports
    {
        get
        {
            lock (_gate)
            {
                Assert.All(_reports, report => Assert.Matches("^[a-z0-9-]+$", report.HelpAnchor));
                return [.. _reports];
            }
        }
    }

    /// <summary>Whether nobody can hear a report any more.</summary>
    public Func<bool> IsDeaf { get; init; } = () => false;

    public void Report(OssDiagnosticEvent diagnosticEvent)
    {
        if (IsDeaf())
            return;

        lock (_gate)
            _reports.Add(diagnosticEvent);
    }
}
