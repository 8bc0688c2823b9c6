using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Extensions.Logging.Events;
using OssLogSinks.Extensions.Logging.Formatting;

namespace OssLogSinks.Extensions.Logging;

/// <summary>
/// Appends events to objects in Alibaba Cloud OSS, each exactly once, in the background. Added by <c>builder.Logging.AddOssAppend()</c>; filters
/// and settings call it <c>OssAppend</c>. What it reports about itself goes to the other providers, in the category
/// <c>OssLogSinks.OssAppend</c>.
/// </summary>
[ProviderAlias("OssAppend")]
public sealed class OssAppendLoggerProvider : ILoggerProvider, ISupportExternalScope, IAsyncDisposable
{
    private readonly ConsoleFormatter[] _formatters;
    private readonly HostServices _host;
    private readonly IDisposable? _changes;
    private readonly object _changing = new();

    // Written under _changing. A pipeline is closed only after the next one has taken its place.
    private volatile LoggerPipeline _pipeline;

    // Guarded by _changing.
    private readonly List<Task> _closes = [];
    private bool _isClosed;

    /// <summary>Checks the settings and begins to take events. The container calls it.</summary>
    /// <param name="options">The settings. When they change, later events are delivered with the new ones, and no event is lost.</param>
    /// <param name="formatters">The console formatters that a setting can name.</param>
    /// <param name="services">Gives the logger factory for reports, and the <see cref="ILostEventListener"/> if there is one.</param>
    /// <exception cref="OssSettingsException">Some settings cannot be used; the exception names all of them.</exception>
    public OssAppendLoggerProvider(IOptionsMonitor<OssAppendLoggerOptions> options, IEnumerable<ConsoleFormatter> formatters, IServiceProvider services)
    {
        _formatters = [.. formatters ?? throw new ArgumentNullException(nameof(formatters))];
        var settings = (options ?? throw new ArgumentNullException(nameof(options))).CurrentValue;
        if (Check(settings) is { Count: > 0 } faults)
            throw new OssSettingsException(faults, "AddOssAppend");

        _host = new HostServices(services);
        _pipeline = Begin(settings);
        _changes = options.OnChange(Change);
    }

    internal IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) =>
        categoryName == HostServices.Category ? NullLogger.Instance : new OssAppendLogger(this, categoryName);

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <summary>What was done so far, and what is still held. Begins at zero when the settings change.</summary>
    public DeliverySnapshot GetSnapshot() => _pipeline.GetSnapshot();

    /// <summary>Sends waiting events at once, and completes when every event logged before has reached the target. While OSS fails it waits.</summary>
    /// <param name="target">What to wait for; without a buffer, <see cref="OssFlushTarget.Disk"/> means OSS as well.</param>
    /// <param name="cancellationToken">Cancels the wait; delivery continues.</param>
    /// <returns>True if every waiting event reached the target; false if any was dropped since the previous flush.</returns>
    public Task<bool> FlushAsync(OssFlushTarget target = OssFlushTarget.Oss, CancellationToken cancellationToken = default) =>
        _pipeline.FlushAsync(target, cancellationToken);

    /// <summary>Delivers waiting events for <see cref="OssAppenderOptions.CloseTimeout"/> at most, and drops and reports the rest.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    /// <summary>Delivers waiting events for <see cref="OssAppenderOptions.CloseTimeout"/> at most, and drops and reports the rest.</summary>
    public void Dispose() => CloseAsync().GetAwaiter().GetResult();

    internal void Write(LogCall call)
    {
        var pipeline = _pipeline;
        while (!pipeline.TryTake(call))
        {
            var next = _pipeline;
            if (next == pipeline)
            {
                pipeline.DropClosed(call);
                return;
            }

            pipeline = next;
        }
    }

    private IReadOnlyList<SettingFault> Check(OssAppendLoggerOptions options) =>
        LoggerSettings.Check(options, [OssAppendLoggerOptions.LineFormatter, OssAppendLoggerOptions.ClefFormatter, .. _formatters.Select(formatter => formatter.Name)]);

    private LoggerPipeline Begin(OssAppendLoggerOptions options) => new(options, FormatterOf(options), _host);

    private EventFormatter FormatterOf(OssAppendLoggerOptions options)
    {
        if (options.Formatter.Equals(OssAppendLoggerOptions.LineFormatter, StringComparison.OrdinalIgnoreCase))
            return new LineFormatter(options.TimestampFormat, options.UseUtcTimestamp ? null : options.TimeProvider.LocalTimeZone, options.IncludeScopes);

        return options.Formatter.Equals(OssAppendLoggerOptions.ClefFormatter, StringComparison.OrdinalIgnoreCase)
            ? new ClefFormatter(options.IncludeScopes)
            : new ConsoleText(_formatters.First(formatter => formatter.Name.Equals(options.Formatter, StringComparison.OrdinalIgnoreCase)));
    }

    private void Change(OssAppendLoggerOptions options, string? name)
    {
        lock (_changing)
        {
            if (_isClosed || !string.IsNullOrEmpty(name))
                return;

            if (Check(options) is { Count: > 0 } faults)
            {
                _pipeline.Report("The settings were changed, but cannot be used, so the former ones are kept. " + string.Join(" ", faults));
                return;
            }

            if (LoggerSettings.AreSame(options, _pipeline.Options))
                return;

            var former = _pipeline;
            _pipeline = Begin(options);
            _closes.RemoveAll(close => close.IsCompleted);
            _closes.Add(former.CloseAsync(isReplaced: true));
        }
    }

    private Task CloseAsync()
    {
        _changes?.Dispose();
        lock (_changing)
        {
            _isClosed = true;
            return Task.WhenAll([.. _closes, _pipeline.CloseAsync()]);
        }
    }
}
