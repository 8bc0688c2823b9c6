using System.Net;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Telemetry;

public class DeliveryReporterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ReportRecorder _reports = new();

    [Fact]
    public void ManyDrops_AreReportedAtOnceThenGathered()
    {
        var reporter = new DeliveryReporter(_reports, _time);

        for (var i = 0; i < 1000; i++)
            reporter.Dropped(DropReason.QueueFull, 1, "the queue is full.");
        Assert.Contains("1 event(s)", Assert.Single(_reports.Reports).Message);
        _time.Advance(TimeSpan.FromMinutes(1));
        reporter.Dropped(DropReason.QueueFull, 1, "the queue is full.");

        Assert.Contains("1000 event(s)", _reports.Reports[^1].Message);
        Assert.Equal(2, _reports.Reports.Count);
    }

    [Fact]
    public void ChosenCredentials_AreNamed()
    {
        new DeliveryReporter(_reports, _time).CredentialsChosen("default/ecs_ram_role");

        var report = Assert.Single(_reports.Reports);
        Assert.Equal("Requests are signed with credentials of default/ecs_ram_role.", report.Message);
        Assert.Equal(HelpAnchors.Credentials, report.HelpAnchor);
    }

    [Fact]
    public void DropsNotYetReported_AreReportedAtTheEnd()
    {
        var reporter = new DeliveryReporter(_reports, _time);
        reporter.Dropped(DropReason.TooLarge, 1, "too large.");
        reporter.Dropped(DropReason.TooLarge, 5, "too large.");

        reporter.ReportRest();

        Assert.Contains("5 more event(s)", _reports.Reports[^1].Message);
    }

    [Fact]
    public void PassingTrouble_IsReportedWhenItStays_AndWhenItIsOver()
    {
        var reporter = new DeliveryReporter(_reports, _time);
        var cause = new RequestFailure(new OssException("no answer", null), isPassing: true);
        reporter.Delivered();

        reporter.Trouble(cause, failures: 1);
        reporter.Trouble(cause, failures: 2);
        Assert.Empty(_reports.Reports);
        reporter.Trouble(cause, failures: 3);
        reporter.Trouble(cause, failures: 4);
        Assert.Equal(OssDiagnosticLevel.Warning, Assert.Single(_reports.Reports).Level);
        reporter.Delivered();

        Assert.Contains("works again", _reports.Reports[^1].Message);
    }

    [Theory]
    [InlineData(true, OssDiagnosticLevel.Warning)]
    [InlineData(false, OssDiagnosticLevel.Error)]
    public void EndOfTrouble_IsReportedAtTheLevelThatShowedTheTrouble(bool isPassing, OssDiagnosticLevel level)
    {
        var reporter = new DeliveryReporter(_reports, _time);

        reporter.Trouble(isPassing ? new RequestFailure(new OssException("no answer", null), isPassing) : new RequestFailure(new OssException(HttpStatusCode.Forbidden, "X", "no"), isPassing), failures: 3);
        reporter.Delivered();
        reporter.BufferFailed("events wait in memory", new IOException("full"));
        reporter.BufferWorks();

        Assert.Equal([level, level, OssDiagnosticLevel.Error, OssDiagnosticLevel.Error], _reports.Reports.Select(r => r.Level));
    }

    [Fact]
    public void EndOfMixedTrouble_IsReportedAtTheWorstLevel()
    {
        var reporter = new DeliveryReporter(_reports, _time);
        reporter.Trouble(new RequestFailure(new OssException(HttpStatusCode.Forbidden, "X", "no"), isPassing: false), failures: 1);
        reporter.Trouble(new RequestFailure(new OssException("no answer", null), isPassing: true), failures: 3);
        reporter.Delivered();
        _time.Advance(TimeSpan.FromMinutes(2));
        reporter.Trouble(new RequestFailure(new OssException("no answer", null), isPassing: true), failures: 3);
        reporter.Delivered();

        Assert.Equal([OssDiagnosticLevel.Error, OssDiagnosticLevel.Warning], _reports.Reports.Where(r => r.Message.Contains("works again", StringComparison.Ordinal)).Select(r => r.Level));
    }

    [Fact]
    public void Reports_HoldNoBraces()
    {
        var reporter = new DeliveryReporter(_reports, _time);

        reporter.Trouble(new RequestFailure(new OssException(HttpStatusCode.Forbidden, "X", "{0} {oops"), isPassing: false), failures: 1);

        Assert.DoesNotContain('{', Assert.Single(_reports.Reports).Message);
        Assert.DoesNotContain('{', new OssDeliveryException(DropReason.Closed, "{x}", new InvalidOperationException("{y}")).ToString());
    }

    [Fact]
    public void ListenerThatThrows_DoesNoHarm()
    {
        var reporter = new DeliveryReporter(new Thrower(), _time);

        reporter.Dropped(DropReason.Closed, 1, "closed.");
        reporter.PrefixChanged("key");
    }

    private sealed class Thrower : IOssDiagnostics
    {
        public void Report(OssDiagnosticEvent diagnosticEvent) => throw new InvalidOperationException("no");
    }
}
