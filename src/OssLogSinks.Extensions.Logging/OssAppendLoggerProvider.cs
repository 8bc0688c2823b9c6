using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Extensions.Logging.Formatting;
using OssLogSinks.Intake;
using OssLogSinks.Intake.Rendering;

namespace OssLogSinks.Extensions.Logging;

/// <summary>
/// Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background. Added by <c>builder.Logging.AddOssAppend()</c>; filters
/// and settings call it <c>OssAppend</c>. What it reports about itself goes to the other providers, in the category
/// <c>OssLogSinks.OssAppend</c>, unless <see cref="OssAppenderOptions.Diagnostics"/> is set.
/// </summary>
[ProviderAlias("OssAppend")]
public sealed class OssAppendLoggerProvider : ILoggerProvider, ISupportExternalScope, IAsyncDisposable
{
    private const string Line = OssAppendLoggerOptions.LineFormatter;
    private const string Clef = OssAppendLoggerOptions.ClefFormatter;

    private readonly ConsoleFormatter[] _formatters;
    private readonly HostServices _host;
    private readonly TimeProvider _time;
    private readonly ReplaceableIntake<LogCall> _intake;
    private readonly IDisposable? _changes;

    // The settings of the present intake, and what is wrong with the latest ones. Used at the start and by changes, which come one after the other.
    private OssAppendLoggerOptions _options;
    private string _faults = "";

    /// <summary>Checks the settings and begins to take events. The container calls it.</summary>
    /// <param name="options">
    /// The settings. When they change, later events are delivered with the new ones, earlier ones with the former. Changed settings that are
    /// invalid are reported and not used.
    /// </param>
    /// <param name="formatters">The console formatters that a setting can name.</param>
    /// <param name="services">Gives the logger factory for reports, and the <see cref="ILostEventListener"/> if there is one.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppendLoggerProvider(IOptionsMonitor<OssAppendLoggerOptions> options, IEnumerable<ConsoleFormatter> formatters, IServiceProvider services)
    {
        _options = (options ?? throw new ArgumentNullException(nameof(options))).CurrentValue;
        _formatters = [.. formatters ?? throw new ArgumentNullException(nameof(formatters))];
        if (Check(_options) is { Count: > 0 } faults)
            throw new OssSettingsException(faults, "AddOssAppend");

        _host = new HostServices(services ?? throw new ArgumentNullException(nameof(services)));
        _time = _options.TimeProvider;
        _intake = new ReplaceableIntake<LogCall>(Begin(_options));
        _changes = options.OnChange(Change);
    }

    internal IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) =>
        categoryName == HostServices.Category ? NullLogger.Instance : new OssAppendLogger(this, categoryName);

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <summary>The counters so far, and what is waiting now. The counters begin at zero when the settings change.</summary>
    public DeliverySnapshot GetSnapshot() => _intake.Current.GetSnapshot();

    /// <summary>
    /// Sends waiting events at once, and completes when every event logged before is stored or was dropped, those of former settings too. While
    /// OSS fails it waits.
    /// </summary>
    /// <param name="target">Where the events must be stored; without a buffer, <see cref="OssFlushTarget.Disk"/> means OSS as well.</param>
    /// <param name="cancellationToken">Cancels the wait; delivery continues.</param>
    /// <returns>
    /// True if every waiting event was stored there; false if some of them were dropped. Events that were dropped before the call do not always
    /// count: compare <see cref="DeliverySnapshot.DroppedTotal"/> of two snapshots to find every drop.
    /// </returns>
    public Task<bool> FlushAsync(OssFlushTarget target = OssFlushTarget.Oss, CancellationToken cancellationToken = default) =>
        _intake.FlushAsync(target, cancellationToken);

    /// <summary>
    /// Delivers waiting events for <see cref="OssAppenderOptions.CloseTimeout"/>. The rest stays in the buffer on disk, or is dropped and reported.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        await _intake.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Delivers waiting events for <see cref="OssAppenderOptions.CloseTimeout"/>. The rest stays in the buffer on disk, or is dropped and reported.
    /// </summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    internal void Write(LogCall call)
    {
        call.Time = _time.GetUtcNow();
        _host.Late.Await();
        _intake.Take(call);
    }

    // Called by the configuration's thread, which must not get an exception.
    private void Replace(OssAppendLoggerOptions options)
    {
        try
        {
            _intake.Replace(() => Begin(options));
            _options = options;
        }
        catch (Exception e)
        {
            _intake.Current.Report(new(OssDiagnosticLevel.Error, $"The changed settings are invalid, so the previous ones stay in effect. {e.GetType()} was thrown.", HelpSections.ChangedSettings));
        }
    }

    private IReadOnlyList<SettingFault> Check(OssAppendLoggerOptions options) =>
        LoggerSettings.Check(options, [Line, Clef, .. _formatters.Select(formatter => formatter.Name)]);

    private RunningIntake<LogCall> Begin(OssAppendLoggerOptions options)
    {
        var appenderOptions = options.Copy();
        appenderOptions.Diagnostics ??= _host;
        OssAppender? appender = null;
        var relay = new LostEventRelay(_host, report => appender!.Report(report));
        appenderOptions.Listener = relay;
        appender = new OssAppender(appenderOptions);
        var formatter = FormatterOf(options);
        var settings = IntakeSettings.ForCalls(options, options.BlockWhenFull ? options.BlockTimeout : TimeSpan.Zero, options.DropTooLargeEvents, formatter.IsJson);
        var intake = new EventIntake<LogCall>(appender, new LoggerFrontDoor(appender, formatter, relay), settings);
        return new RunningIntake<LogCall>(intake, options.DrainOnProcessExit);
    }

    private EventFormatter FormatterOf(OssAppendLoggerOptions options) => options.Formatter.ToLowerInvariant() switch
    {
        Line => new LineFormatter(new LineTime(options.TimestampFormat, options.UseUtcTimestamp ? null : options.TimeProvider.LocalTimeZone), options.IncludeScopes, options.EscapeControlCharacters),
        Clef => new ClefFormatter(options.IncludeScopes),
        _ => new ConsoleText(_formatters.First(formatter => formatter.Name.Equals(options.Formatter, StringComparison.OrdinalIgnoreCase))),
    };

    private void Change(OssAppendLoggerOptions options, string? name)
    {
        if (!string.IsNullOrEmpty(name))
            return;

        // The configuration may notify of one change several times.
        var faults = string.Join(" ", Check(options));
        if (faults.Length > 0 && faults != _faults)
            _intake.Current.Report(new(OssDiagnosticLevel.Error, $"The changed settings are invalid, so the previous ones stay in effect. {faults}", HelpSections.ChangedSettings));
        else if (faults.Length == 0 && !LoggerSettings.AreSame(options, _options))
            Replace(options);
        _faults = faults;
    }
}
