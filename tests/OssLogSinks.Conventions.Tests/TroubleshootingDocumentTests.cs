using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>docs/troubleshooting.md knows every report: it has the fixed words of each text in the places that report.</summary>
public partial class TroubleshootingDocumentTests
{
    // Shorter pieces are parts of names and lists, not sentences.
    private const int FewestWords = 4;

    private const string Core = "src/OssLogSinks.Core/";

    public static TheoryData<string> Reporting =>
    [
        Core + "Client/TransportFailures.cs", Core + "Client/ServiceRefusal.cs", Core + "Client/RequestSender.cs",
        Core + "Client/Credentials/OssCredentials.cs", Core + "Client/Credentials/IOssCredentialsProvider.cs",
        Core + "Client/Credentials/DelegateCredentialsProvider.cs", Core + "Client/Credentials/EnvironmentCredentialsProvider.cs",
        Core + "Telemetry/PlainText.cs", Core + "Telemetry/DeliveryReporter.cs", Core + "Client/Errors/OssException.cs", Core + "OssAppender.cs",
        Core + "Appending/ObjectAppender.cs", Core + "Appending/ObjectLocator.cs", Core + "Appending/ObjectSealer.cs", Core + "Appending/PositionResync.cs",
        Core + "Delivery/Shipper.cs", Core + "Delivery/DeliveryPipeline.cs",
        Core + "DiskBuffer/Folders/DamageReport.cs", Core + "DiskBuffer/DiskBuffer.cs", Core + "DiskBuffer/Folders/ActiveFolder.cs",
        Core + "DiskBuffer/OrphanedFolders.cs", Core + "DiskBuffer/BufferWriter.cs", Core + "DiskBuffer/BufferReader.cs",
        Core + "DiskBuffer/Files/UnixSystem.cs",
        "src/OssLogSinks.Intake/IFrontDoor.cs", "src/OssLogSinks.Intake/EventIntake.cs",
        "src/NLog.Targets.OssAppend/TargetPipeline.cs", "src/NLog.Targets.OssAppend/InternalLoggerDiagnostics.cs",
        "src/Serilog.Sinks.OssAppend/OssAppendAuditSink.cs", "src/Serilog.Sinks.OssAppend/OssAppendSink.cs",
        "src/Serilog.Sinks.OssAppend/Diagnostics/FailureRelay.cs",
        "src/OssLogSinks.Extensions.Hosting/OssAppendHostServices.cs",
        "src/OssLogSinks.Extensions.Logging/OssAppendLoggerProvider.cs", "src/OssLogSinks.Extensions.Logging/HostServices.cs",
    ];

    // Words that nobody is told: the name of a kind, and what a wrong call throws.
    private static readonly string[] NoReports = ["trouble of other kinds", "The time must be from zero to 24 days, or infinite."];

    [Theory]
    [MemberData(nameof(Reporting))]
    public void EveryReport_IsExplained(string path)
    {
        var document = Repository.Read("docs/troubleshooting.md");
        var sentences = Repository.Read(path).Split('\n')
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => Text().Matches(line).Select(match => match.Groups["text"].Value))
            .SelectMany(text => Hole().Split(text))
            .Select(piece => piece.Trim(' ', '\'', '(', ')', ';', ':', ',', '.'))
            .Where(piece => piece.Split(' ').Length >= FewestWords && !NoReports.Contains(piece + ".") && !NoReports.Contains(piece));

        Assert.All(sentences, sentence => Assert.Contains(sentence, document));
    }

    [GeneratedRegex("""
        "(?<text>([^"\\{}]|\\.|\{[^{}]*\})*)"
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();
}
