using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>Passes lost events to Serilog's failure listener.</summary>
/// <param name="sender">The sink.</param>
/// <param name="report">Reports trouble of the listener.</param>
internal sealed class FailureRelay(object sender, Action<OssDiagnosticEvent> report) : LossRelay<LogEvent>
{
    // Set while the logger is configured, before the first event.
    private ILoggingFailureListener? _listener;

    protected override bool HasListener => _listener is not null;

    public void SetListener(ILoggingFailureListener listener) =>
        _listener = ReferenceEquals(listener, SelfLog.FailureListener) ? null : listener;

    protected override void Tell(IReadOnlyCollection<LogEvent> events, OssDeliveryException failure)
    {
        var kind = failure.Reason is DropReason.CloseTimeOver or DropReason.Closed ? LoggingFailureKind.Final : LoggingFailureKind.Permanent;
        _listener!.OnLoggingFailed(sender, kind, failure.Message, events, failure);
    }

    protected override void OnListenerFailed(Exception failure) =>
        report(new OssDiagnosticEvent(OssDiagnosticLevel.Error, $"The failure listener failed with {failure.GetType()}.", HelpSections.ListenerFailed));
}
