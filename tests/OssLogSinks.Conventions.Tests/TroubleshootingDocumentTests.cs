using System.Text.RegularExpressions;

namespace OssLogSinks.Conventions.Tests;

/// <summary>docs/troubleshooting.md knows every report: it has the fixed words of each text in the places that report.</summary>
public partial class TroubleshootingDocumentTests
{
    // Shorter pieces are parts of names and lists, not sentences.
    private const int FewestWords = 4;

    private const string CoreFolder = "src/OssLogSinks.Core/";

    public static TheoryData<string> Reporting =>
    [
        CoreFolder + "Client/TransportFailures.cs", CoreFolder + "Client/ServiceRefusal.cs", CoreFolder + "Client/RequestSender.cs",
        CoreFolder + "Client/Credentials/OssCredentials.cs", CoreFolder + "Client/Credentials/IOssCredentialsProvider.cs",
        CoreFolder + "Client/Credentials/DelegateCredentialsProvider.cs", CoreFolder + "Client/Credentials/EnvironmentCredentialsProvider.cs",
        CoreFolder + "Client/Credentials/StsRefusal.cs", CoreFolder + "Client/Credentials/StsClient.cs",
        CoreFolder + "Client/Credentials/StsHost.cs", CoreFolder + "Client/Credentials/OidcSource.cs",
        CoreFolder + "Client/Credentials/RamRoleSource.cs", CoreFolder + "Client/Credentials/UriSource.cs",
        CoreFolder + "Client/Credentials/ProcessSource.cs", CoreFolder + "Client/Credentials/ProfileFiles.cs",
        CoreFolder + "Client/Credentials/ProfileSources.cs", CoreFolder + "Client/Credentials/ChainCredentialsProvider.cs",
        CoreFolder + "Client/Credentials/CredentialsText.cs", CoreFolder + "Client/Credentials/CredentialsRenewal.cs",
        CoreFolder + "Client/Credentials/CredentialsHttp.cs", CoreFolder + "Client/Credentials/ICredentialsSource.cs",
        CoreFolder + "Client/Credentials/AssumeRoleSource.cs",
        CoreFolder + "Telemetry/PlainText.cs", CoreFolder + "Telemetry/DeliveryReporter.cs", CoreFolder + "Client/Errors/OssException.cs", CoreFolder + "OssAppender.cs",
        CoreFolder + "Appending/ObjectAppender.cs", CoreFolder + "Appending/ObjectLocator.cs", CoreFolder + "Appending/ObjectSealer.cs", CoreFolder + "Appending/PositionResync.cs",
        CoreFolder + "Delivery/Shipper.cs", CoreFolder + "Delivery/DeliveryPipeline.cs",
        CoreFolder + "DiskBuffer/Folders/DamageReport.cs", CoreFolder + "DiskBuffer/DiskBuffer.cs", CoreFolder + "DiskBuffer/Folders/ActiveFolder.cs",
        CoreFolder + "DiskBuffer/OrphanedFolders.cs", CoreFolder + "DiskBuffer/BufferWriter.cs", CoreFolder + "DiskBuffer/BufferReader.cs",
        CoreFolder + "DiskBuffer/Files/UnixSystem.cs",
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

    // A report leads to its place on the page.
    [Fact]
    public void EveryHelpAnchor_IsThere()
    {
        var constants = Anchor().Matches(Repository.Read(CoreFolder + "Telemetry/HelpAnchors.cs")).Select(match => match.Groups["anchor"].Value).ToList();
        var named = Repository.SourceFiles("src/OssLogSinks.Extensions.Logging").SelectMany(path => Named().Matches(Repository.Read(path))).Select(match => match.Groups["anchor"].Value).ToList();
        var reasons = Enum.GetNames<Core.Telemetry.DropReason>().Select(reason => Capital().Replace(reason, "-$0").TrimStart('-').ToLowerInvariant());

        Assert.NotEmpty(constants);
        Assert.NotEmpty(named);
        Assert.Empty(constants.Concat(named).Concat(reasons).Except(Markdown.Anchors(Repository.Read("docs/troubleshooting.md"))));
    }

    [GeneratedRegex("""(= |=> )"(?<anchor>[a-z-]{3,})"[;,]""")]
    private static partial Regex Anchor();

    [GeneratedRegex("(HelpAnchor|SettingsHelp) = \"(?<anchor>[^\"]+)")]
    private static partial Regex Named();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex("""
        "(?<text>([^"\\{}]|\\.|\{[^{}]*\})*)"
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();
}
