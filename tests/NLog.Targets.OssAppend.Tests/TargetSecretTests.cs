using NLog.Common;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>No secret is told: not by the settings' exception when it stands in the wrong setting, and not by NLog's own log.</summary>
[Collection(InternalLogCollection.Name)]
public class TargetSecretTests
{
    private const string Secret = "Zk3pQ9xV2mW8rT5nB7cD1fG4hJ6kL0";

    public static TheoryData<string> Layouts =>
        [.. typeof(OssAppendTarget).GetProperties().Where(p => p.PropertyType == typeof(Layout) && p.Name is not ("AccessKeyId" or "AccessKeySecret" or "SecurityToken" or "ProxyPassword" or "ClientCertificatePassword")).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void SecretInTheWrongSetting_IsNotTold(string property) => AssertHidden(Secret, target =>
    {
        target.AccessKeySecret = "";
        typeof(OssAppendTarget).GetProperty(property)!.SetValue(target, (Layout)(Secret + "ü{"));
    });

    [Theory]
    [MemberData(nameof(Layouts))]
    public void SecretInTwoSettings_IsNotTold(string property) => AssertHidden("correct horse battery", target =>
    {
        target.AccessKeySecret = "correct horse battery";
        typeof(OssAppendTarget).GetProperty(property)!.SetValue(target, (Layout)"correct horse batteryü{");
    });

    [Fact]
    public void SecretInMetadataOrTags_IsNotTold() => AssertHidden(Secret, target =>
    {
        target.Metadata.Add(new TargetPropertyWithContext(Secret, Secret + "ü"));
        target.Metadata.Add(new TargetPropertyWithContext(Secret, "x"));
        target.Tags.Add(new TargetPropertyWithContext(Secret + new string('x', 200), Secret));
    });

    [Fact]
    public void SecretAmidLayoutRenderers_IsNotTold() => AssertHidden(Secret, target => target.ObjectKey = $"${{level}}/{Secret}/{{Oops");

    [Fact]
    public void WrittenSecret_StandsNowhereInNLogsOwnLog_AndIsUsed()
    {
        // NLog has one internal log for the whole process: other tests may write to it too.
        var text = new StringWriter();
        var (writer, level) = (InternalLogger.LogWriter, InternalLogger.LogLevel);
        (InternalLogger.LogWriter, InternalLogger.LogLevel) = (TextWriter.Synchronized(text), LogLevel.Trace);
        OssLogSinks.Core.OssAppenderOptions? seen = null;
        try
        {
            using var factory = new LogFactory();
            var configuration = XmlLoggingConfiguration.CreateFromXmlString(
                """
                <nlog xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" throwConfigExceptions="true">
                  <extensions><add assembly="NLog.Targets.OssAppend"/></extensions>
                  <targets>
                    <target xsi:type="OssAppend" name="traced-target" bucket="my-logs" region="cn-hangzhou"
                            accessKeyId="traced-id" accessKeySecret="written-secret" securityToken="written-token"/>
                    <target xsi:type="OssAppend" name="commanded-target" bucket="my-logs" region="cn-hangzhou"
                            credentials="Process:get-keys --password written-password"/>
                  </targets>
                  <rules><logger name="*" writeTo="traced-target"/></rules>
                </nlog>
                """,
                factory);
            configuration.FindTargetByName<OssAppendTarget>("traced-target")!.Configure = options => (seen, options.Client) = (options, new MemoryOss());
            factory.Configuration = configuration;
            factory.Shutdown();
        }
        finally
        {
            (InternalLogger.LogWriter, InternalLogger.LogLevel) = (writer, level);
        }

        Assert.Contains("traced-id", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("written-secret", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("written-token", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("written-password", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(("written-secret", "written-token"), (SecretOf("AccessKeySecret"), SecretOf("SecurityToken")));

        object? SecretOf(string name) => seen!.GetType().GetProperty(name)!.GetValue(seen);
    }

    [Fact]
    public void Target_ShowsNoSecretToWhoReadsItsProperties()
    {
        var target = new OssAppendTarget { AccessKeySecret = "written-secret", SecurityToken = "written-token" };

        Assert.Equal(("***", "***"), (target.AccessKeySecret.ToString(), target.SecurityToken.ToString()));
        Assert.Equal("written-secret", target.AccessKeySecret.Render(LogEventInfo.CreateNullEvent()));
        Assert.DoesNotContain(target.AccessKeySecret.GetType().GetProperties(), p => p.GetMethod is { IsPublic: true } && Equals(p.GetValue(target.AccessKeySecret)?.ToString(), "written-secret"));
    }

    [Theory]
    [InlineData("RamRole", "RamRole")]
    [InlineData("RamRole:logs", "***")]
    [InlineData("Process:get-keys --password written-password", "***")]
    [InlineData("Uri:http://user:written-password@127.0.0.1/", "***")]
    [InlineData("${environment:OSS_CREDENTIALS}", "${environment:OSS_CREDENTIALS}")]
    public void Credentials_AreShownOnlyIfTheyAreOneWord(string credentials, string shown)
    {
        var target = new OssAppendTarget { Credentials = credentials };

        Assert.Equal(shown, target.Credentials.ToString());
        Assert.Null(new OssAppendTarget { Credentials = null }.Credentials);
    }

    [Theory]
    [InlineData("http://proxy:8080", "http://proxy:8080")]
    [InlineData("http://user:written-password@proxy:8080", "***")]
    [InlineData("http://user%3Awritten-password%40proxy:8080", "***")]
    public void AddressWithAPassword_IsNotShown(string address, string shown)
    {
        var target = new OssAppendTarget { Proxy = address, Endpoint = address };

        Assert.Equal((shown, shown), (target.Proxy.ToString(), target.Endpoint.ToString()));
    }

    [Fact]
    public void LayoutThatSaysWhereTheSecretIs_IsLeftAsItIs()
    {
        var target = new OssAppendTarget { AccessKeySecret = "${environment:OSS_ACCESS_KEY_SECRET}" };

        Assert.IsType<SimpleLayout>(target.AccessKeySecret);
    }

    // NLog keeps in each event what a layout gave that another thread may give otherwise.
    [Fact]
    public void SecretThatIsWrittenOut_IsKeptInNoEvent() => Assert.InRange(BytesOfAnEvent(Secret) - BytesOfAnEvent(""), -8, 8);

    [Fact]
    public void PlainHttp_IsReportedOnce_AndAllowedSilently()
    {
        Assert.Single(ReportsOf("plain-target", allow: false));
        Assert.Empty(ReportsOf("allowed-target", allow: true));
    }

    private static double BytesOfAnEvent(string secret)
    {
        const int Events = 1000;
        using var running = RunningTarget.Start(target => (target.AccessKeyId, target.AccessKeySecret, target.SecurityToken) = (secret.Length > 0 ? "id" : "", secret, secret));
        var logger = running.Logger;
        var least = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var n = 0; n < Events; n++)
                logger.Info("x");
            least = Math.Min(least, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Events);
        }

        return least;
    }

    private static IEnumerable<string> ReportsOf(string name, bool allow)
    {
        var text = new StringWriter();
        var (writer, level) = (InternalLogger.LogWriter, InternalLogger.LogLevel);
        (InternalLogger.LogWriter, InternalLogger.LogLevel) = (TextWriter.Synchronized(text), LogLevel.Warn);
        try
        {
            using var running = RunningTarget.Start(target =>
            {
                target.Name = name;
                target.Configure = null;
                (target.Bucket, target.Region, target.Endpoint) = ("my-logs", "cn-hangzhou", "http://10.255.255.1:9");
                (target.AccessKeyId, target.AccessKeySecret) = ("id", "secret");
                target.AllowPlainHttp = allow;
            });
        }
        finally
        {
            (InternalLogger.LogWriter, InternalLogger.LogLevel) = (writer, level);
        }

        return text.ToString().Split('\n').Where(line => line.Contains($"{name}): Log text, access key ids and security tokens go to", StringComparison.Ordinal));
    }

    private static void AssertHidden(string secret, Action<OssAppendTarget> set)
    {
        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target =>
        {
            target.Configure = null;
            target.Bucket = "My_Logs";
            target.Region = "cn-hangzhou";
            target.AccessKeyId = "id";
            target.AccessKeySecret = "another-secret";
            set(target);
        }));

        Assert.DoesNotContain(secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
