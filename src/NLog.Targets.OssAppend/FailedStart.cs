using NLog.Config;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend;

/// <summary>
/// A target that could not start, for health checks of the process. NLog goes on without such a target and never closes it, so it counts
/// until it starts after all, or another configuration takes effect.
/// </summary>
internal sealed class FailedStart : IOssAppendMonitor, IDisposable
{
    private readonly OssAppendTarget _target;
    private readonly LoggingConfiguration? _configuration;
    private readonly IDisposable _shown;

    public FailedStart(OssAppendTarget target, LoggingConfiguration? configuration)
    {
        (_target, _configuration) = (target, configuration);
        _shown = OssAppendMonitors.Add(this);
        if (_configuration?.LogFactory is { } factory)
            factory.ConfigurationChanged += OnChanged;
    }

    public DeliverySnapshot GetSnapshot() => _target.GetSnapshot() with { Name = _target.Name ?? "" };

    public Task<bool> FlushAsync(OssFlushTarget target, CancellationToken cancellationToken) => Task.FromResult(true);

    public void Dispose()
    {
        if (_configuration?.LogFactory is { } factory)
            factory.ConfigurationChanged -= OnChanged;
        _shown.Dispose();
    }

    private void OnChanged(object? sender, LoggingConfigurationChangedEventArgs change)
    {
        if (change.ActivatedConfiguration != _configuration)
            Dispose();
    }
}
