using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Telemetry;

public class ConsoleDiagnosticsTests
{
    private static readonly OssDiagnosticEvent Report = new(OssDiagnosticLevel.Warning, "Something {is} wrong.", "anchor");

    [Fact]
    public void Report_IsALine_AndIsHandedOn()
    {
        using var console = new StringWriter();
        var next = new ReportRecorder();

        new ConsoleDiagnostics(next, console).Report(Report);

        Assert.Equal("OssAppend, Warning: Something (is) wrong. (see docs/troubleshooting.md#anchor)" + console.NewLine, console.ToString());
        Assert.Equal(Report, Assert.Single(next.Reports));
    }

    [Fact]
    public void ClosedConsole_KeepsNothingFromTheOther()
    {
        var console = new StreamWriter(new MemoryStream());
        console.Dispose();
        var next = new ReportRecorder();

        new ConsoleDiagnostics(next, console).Report(Report);

        Assert.Equal(Report, Assert.Single(next.Reports));
    }
}
