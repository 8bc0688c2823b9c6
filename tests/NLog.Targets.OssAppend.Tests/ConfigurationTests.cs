using System.IO.Compression;
using System.Reflection;
using NLog.Config;
using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace NLog.Targets.OssAppend.Tests;

public class ConfigurationTests
{
    private const string Everything = """
        <nlog xmlns="http://www.nlog-project.org/schemas/NLog.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" throwConfigExceptions="true">
          <extensions>
            <add assembly="NLog.Targets.OssAppend"/>
          </extensions>
          <variable name="app" value="shop"/>
          <targets>
            <target xsi:type="OssAppend" name="oss"
                    endpoint="oss-cn-hangzhou.aliyuncs.com" bucket="my-logs" region="cn-hangzhou"
                    accessKeyId="id" accessKeySecret="secret" securityToken="token"
                    addressingStyle="VirtualHosted" signatureVersion="V1"
                    objectKey="${var:app}/{Timestamp:yyyy/MM/dd}/{Level}.log" useLocalTime="true" rollingInterval="Day" lateEventGraceSeconds="3600"
                    objectSizeLimitBytes="1000000" rollOnObjectSizeLimit="false"
                    contentType="application/x-ndjson" contentEncoding="identity" contentDisposition="inline" cacheControl="no-cache"
                    acl="Private" storageClass="InfrequentAccess" serverSideEncryption="Aes256"
                    layout="${message}" lineEnding="CRLF"
                    queueLimit="5000" overflowAction="Block" blockTimeoutMilliseconds="250" batchSize="50"
                    appendIntervalMilliseconds="500" appendSizeLimitBytes="65536" eventSizeLimitBytes="32768" memoryLimitBytes="1048576"
                    concurrentAppends="2" openStreamLimit="10" sendContentMd5="true" sealFinishedObjects="true"
                    requestTimeoutSeconds="7" connectTimeoutSeconds="3" retryDelayMilliseconds="50" retryDelayLimitSeconds="9"
                    refusalRetryDelaySeconds="11" retryTimeLimitSeconds="-1" closeTimeoutSeconds="4">
              <metadata name="app" layout="${var:app}"/>
              <tag name="team" layout="orders"/>
            </target>
          </targets>
          <rules>
            <logger name="*" minlevel="Info" writeTo="oss"/>
          </rules>
        </nlog>
        """;

    [Fact]
    public async Task XmlWithTheExtensionsLine_SetsEveryProperty_AndDelivers()
    {
        using var factory = new LogFactory();
        var configuration = XmlLoggingConfiguration.CreateFromXmlString(Everything, factory);
        var target = configuration.FindTargetByName<OssAppendTarget>("oss")!;
        OssAppenderOptions? seen = null;
        var oss = new MemoryOss();
        target.Configure = options =>
        {
            options.Client = oss;
            seen = options;
        };

        factory.Configuration = configuration;
        factory.GetLogger("any").Info("hello");
        var flushed = new TaskCompletionSource<Exception?>();
        target.Flush(flushed.SetResult);

        Assert.Null(await flushed.Task);
        Assert.Equal("hello\r\n", oss.AllText);
        Assert.Matches(@"^shop/\d{4}/\d\d/\d\d/Info\d*\.log$", oss.Keys.Single());
        Assert.NotNull(seen);
        Assert.Equal(("oss-cn-hangzhou.aliyuncs.com", "my-logs", "cn-hangzhou"), (seen.Endpoint, seen.Bucket, seen.Region));
        Assert.Equal((OssAddressingStyle.VirtualHosted, OssSignatureVersion.V1), (seen.AddressingStyle, seen.SignatureVersion));
        Assert.Equal(("id", "secret", "token"), (seen.AccessKeyId, SecretOf(seen, "AccessKeySecret"), SecretOf(seen, "SecurityToken")));
        Assert.Equal((true, OssRollingInterval.Day, 1_000_000L, false), (seen.UseLocalTime, seen.RollingInterval, seen.ObjectSizeLimitBytes, seen.RollOnObjectSizeLimit));
        Assert.Equal(TimeSpan.FromHours(1), seen.LateEventGrace);
        Assert.Equal((65536, 32768, 1048576L, 2, 10, true, true), (seen.AppendSizeLimitBytes, seen.EventSizeLimitBytes, seen.MemoryLimitBytes, seen.ConcurrentAppends, seen.OpenStreamLimit, seen.SendContentMd5, seen.SealFinishedObjects));
        Assert.Equal((0.5, 7.0, 3.0, 0.05, 9.0), (seen.AppendInterval.TotalSeconds, seen.RequestTimeout.TotalSeconds, seen.ConnectTimeout.TotalSeconds, seen.RetryDelay.TotalSeconds, seen.RetryDelayLimit.TotalSeconds));
        Assert.Equal((11.0, Timeout.InfiniteTimeSpan, 4.0), (seen.RefusalRetryDelay.TotalSeconds, seen.RetryTimeLimit, seen.CloseTimeout.TotalSeconds));
        Assert.Equal((5000, AsyncTargetWrapperOverflowAction.Block, 250, 50), (target.QueueLimit, target.OverflowAction, target.BlockTimeoutMilliseconds, target.BatchSize));

        var properties = oss.Creations.Single().Properties!;
        Assert.Equal(("application/x-ndjson", "identity", "inline", "no-cache"), (properties.ContentType, properties.ContentEncoding, properties.ContentDisposition, properties.CacheControl));
        Assert.Equal((OssAcl.Private, OssStorageClass.InfrequentAccess, OssServerSideEncryption.Aes256), (properties.Acl, properties.StorageClass, properties.ServerSideEncryption));
        Assert.Equal("shop", properties.Metadata["app"]);
        Assert.Equal("orders", properties.Tags["team"]);
    }

    [Fact]
    public async Task CompressionAndHeader_AreReadFromXml()
    {
        using var factory = new LogFactory();
        var xml = Everything.Replace("contentEncoding=\"identity\"", "compression=\"Gzip\" objectHeader=\" ${var:app} columns\"", StringComparison.Ordinal);
        var configuration = XmlLoggingConfiguration.CreateFromXmlString(xml, factory);
        var target = configuration.FindTargetByName<OssAppendTarget>("oss")!;
        var oss = new MemoryOss();
        target.Configure = options => options.Client = oss;
        factory.Configuration = configuration;
        factory.GetLogger("any").Info("hello");
        var flushed = new TaskCompletionSource<Exception?>();
        target.Flush(flushed.SetResult);

        Assert.Null(await flushed.Task);
        Assert.EndsWith(".log.gz", oss.Keys.Single());
        using var gzip = new GZipStream(new MemoryStream(oss.Bytes(oss.Keys.Single())), CompressionMode.Decompress);
        Assert.Equal(" shop columns\r\nhello\r\n", await new StreamReader(gzip).ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true, "level,message\n")]
    [InlineData(false, "")]
    public async Task LayoutWithAHeader_BeginsEveryObjectWithIt(bool hasHeader, string expected)
    {
        using var running = RunningTarget.Start(target => target.Layout = new CsvLayout
        {
            Columns = { new CsvColumn("level", "${level}"), new CsvColumn("message", "${message}") },
            Delimiter = CsvColumnDelimiterMode.Comma,
            WithHeader = hasHeader,
        });
        running.Logger.Info("hello, world");
        await running.FlushAsync();

        Assert.Equal(expected + "Info,\"hello, world\"\n", running.Oss.AllText);
    }

    [Fact]
    public async Task RegisteredInCode_IsFoundByItsName()
    {
        using var factory = new LogFactory();
        factory.Setup().SetupExtensions(e => e.RegisterTarget<OssAppendTarget>("OssAppend"));
        var xml = Everything.Replace("""<add assembly="NLog.Targets.OssAppend"/>""", "", StringComparison.Ordinal);
        var configuration = XmlLoggingConfiguration.CreateFromXmlString(xml, factory);
        var target = configuration.FindTargetByName<OssAppendTarget>("oss")!;
        var oss = new MemoryOss();
        target.Configure = options => options.Client = oss;
        factory.Configuration = configuration;

        factory.GetLogger("any").Info("hello");
        var flushed = new TaskCompletionSource<Exception?>();
        target.Flush(flushed.SetResult);

        Assert.Null(await flushed.Task);
        Assert.Equal("hello\r\n", oss.AllText);
    }

    [Fact]
    public void Defaults_AreTheCores()
    {
        var core = new OssAppenderOptions();
        OssAppenderOptions? seen = null;
        using var running = RunningTarget.Start(target =>
        {
            var fresh = new OssAppendTarget();
            target.ObjectKey = fresh.ObjectKey;
            target.AppendIntervalMilliseconds = fresh.AppendIntervalMilliseconds;
            var configure = target.Configure!;
            target.Configure = options =>
            {
                configure(options);
                seen = options;
            };
        });

        Assert.NotNull(seen);
        foreach (var property in typeof(OssAppenderOptions).GetProperties())
        {
            if (property.Name is not ("Client" or "TimeProvider" or "Random" or "Diagnostics" or "Listener" or "ObjectProperties" or "Name"))
                Assert.Equal(property.GetValue(core), property.GetValue(seen));
        }

        Assert.Equal(core.ObjectProperties.ContentType, seen.ObjectProperties.ContentType);
    }

    public static TheoryData<string> PropertiesOfTheCore =>
        [.. typeof(OssAppendTarget).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(p => p.Name).Where(name => OptionOf(name) is not null && name != "ObjectKey")];

    // Times have their unit in the name.
    [Theory]
    [MemberData(nameof(PropertiesOfTheCore))]
    public void EveryProperty_ReachesTheOptionOfItsName(string name)
    {
        var property = typeof(OssAppendTarget).GetProperty(name)!;
        var before = new OssAppendTarget();
        var after = new OssAppendTarget();
        if (property.PropertyType == typeof(IList<TargetPropertyWithContext>))
            ((IList<TargetPropertyWithContext>)property.GetValue(after)!).Add(new TargetPropertyWithContext("app", "shop"));
        else
            property.SetValue(after, name == nameof(OssAppendTarget.Credentials) ? (Layout)"RamRole" : Another(property.GetValue(after), property.PropertyType));
        var (old, changed) = (OptionsOf(before), OptionsOf(after));

        Assert.Equal([OptionOf(name)!.Name], Properties.Where(p => !Equals(Value(p, old), Value(p, changed))).Select(p => p.Name));
        if (property.PropertyType == typeof(int) || property.PropertyType == typeof(int?))
            Assert.Equal(7, property.GetValue(after));
    }

    private static readonly PropertyInfo[] Properties =
        [.. typeof(OssAppenderOptions).GetProperties().Where(p => p.Name != nameof(OssAppenderOptions.ObjectProperties)), .. typeof(OssObjectProperties).GetProperties()];

    private static PropertyInfo? OptionOf(string name) => Properties.SingleOrDefault(p => name == p.Name || name == p.Name + "Seconds" || name == p.Name + "Milliseconds");

    private static OssAppenderOptions OptionsOf(OssAppendTarget target) => new TargetSettings(target).ToOptions(KeyLayout.Of("key.log"));

    private static object? Value(PropertyInfo property, OssAppenderOptions options) =>
        property.GetValue(property.DeclaringType == typeof(OssObjectProperties) ? options.ObjectProperties : options) is var value && value is IReadOnlyDictionary<string, string> entries
            ? string.Join(',', entries)
            : value;

    private static object? Another(object? value, Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(bool) => !(bool)value!,
        var t when t == typeof(int) => 7,
        var t when t == typeof(long) => 7L,
        { IsEnum: true } t => Enum.GetValues(t).Cast<object>().Last(),
        _ => Layout.FromString("another"),
    };

    // No program can read it; a test can.
    private static object? SecretOf(OssAppenderOptions options, string name) => typeof(OssAppenderOptions).GetProperty(name)!.GetValue(options);

    [Fact]
    public void AllWrongSettings_AreNamedInOneException()
    {
        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target =>
        {
            target.Configure = null;
            target.Endpoint = "ftp://somewhere";
            target.Bucket = "Not A Bucket";
            target.AccessKeyId = "id";
            target.AccessKeySecret = "${environment:NO_SUCH_VARIABLE_HERE}";
            target.ObjectKey = "${level}/{Timestamp:yyyy}/{Oops";
            target.ContentType = "täxt";
            target.Layout = "";
            target.QueueLimit = 0;
            target.BatchSize = 0;
            target.BlockTimeoutMilliseconds = -2;
            target.AppendIntervalMilliseconds = -1;
            target.AppendSizeLimitBytes = 1;
            target.MemoryLimitBytes = 1;
            target.ConcurrentAppends = 0;
            target.RetryTimeLimitSeconds = -5;
            target.CloseTimeoutSeconds = -1;
            target.FlushTimeoutSeconds = 0;
            target.RequestTimeoutSeconds = 0;
            target.OverflowAction = (AsyncTargetWrapperOverflowAction)9;
            target.Metadata.Add(new TargetPropertyWithContext("not valid", "x"));
        }));

        var message = Text(exception);
        foreach (var name in new[]
        {
            "Endpoint", "Bucket", "AccessKeySecret", "ObjectKey", "ContentType", "Layout", "QueueLimit", "BatchSize", "BlockTimeoutMilliseconds",
            "AppendIntervalMilliseconds", "AppendSizeLimitBytes", "MemoryLimitBytes", "ConcurrentAppends", "RetryTimeLimitSeconds",
            "CloseTimeoutSeconds", "RequestTimeoutSeconds", "OverflowAction", "FlushTimeoutSeconds", "Metadata",
        })
        {
            Assert.Contains($"\n  - {name}: ", message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Credentials:", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AccessKeySecret_StandsInNoExceptionAndNoText()
    {
        OssAppendTarget? seen = null;
        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target =>
        {
            seen = target;
            target.Configure = null;
            target.Bucket = "!";
            target.AccessKeyId = "id";
            target.AccessKeySecret = "hush-hush";
            target.SecurityToken = "token-token";
        }));

        Assert.DoesNotContain("hush-hush", exception + seen!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("token-token", exception + seen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void SlashesFromADateRenderer_AreRefusedWithWhatToWrite()
    {
        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(t => t.ObjectKey = "${date:format=yyyy/MM/dd}/app.log"));

        Assert.Contains("write {Timestamp:yyyy/MM/dd}", Text(exception), StringComparison.Ordinal);
    }

    [Fact]
    public void TargetThatCouldNotStart_TellsItsEvents()
    {
        var target = RunningTarget.NewTarget(new MemoryOss());
        target.BatchSize = 0;
        using var factory = new LogFactory();
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRuleForAllLevels(target);
        factory.Configuration = configuration;
        var outcomes = new Outcomes();

        outcomes.Write(target, "lost");

        Assert.Contains("BatchSize", Text(outcomes.Calls.Single().Failure!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'MARK'", "secret", "AccessKeyId")]
    [InlineData("id", "\"MARK\"", "AccessKeySecret")]
    public void KeyThatCannotBeOne_IsAFault_AndNotShown(string id, string secret, string setting)
    {
        var target = RunningTarget.NewTarget(new MemoryOss());
        target.AccessKeyId = Layout.FromLiteral(id);
        target.AccessKeySecret = Layout.FromLiteral(secret);
        using var factory = new LogFactory { ThrowConfigExceptions = true };
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRuleForAllLevels(target);

        var text = Text(Assert.ThrowsAny<Exception>(() => factory.Configuration = configuration));

        Assert.Contains(setting + ": has a quotation mark at its beginning or end; write it without quotes.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", text, StringComparison.Ordinal);
    }

    // An application that has its keys in the environment may still name the settings that it has them in elsewhere.
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("${environment:NO_SUCH_VARIABLE_HERE}")]
    public void NeitherIdNorSecret_TakesThemFromTheEnvironment(string? layout)
    {
        OssAppenderOptions? seen = null;
        using var running = RunningTarget.Start(target =>
        {
            (target.AccessKeyId, target.AccessKeySecret, target.SecurityToken) = (layout!, layout!, layout!);
            var configure = target.Configure!;
            target.Configure = options =>
            {
                configure(options);
                seen = options;
            };
        });

        Assert.Null(seen!.Credentials);
        Assert.Equal((null, null, null), (seen.AccessKeyId, SecretOf(seen, "AccessKeySecret"), SecretOf(seen, "SecurityToken")));
    }

    [Theory]
    [InlineData("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET")]
    [InlineData("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_ID")]
    public async Task HalfAKeyInTheEnvironment_SaysWhatToSet(string present, string missing)
    {
        await using var world = await CredentialsWorld.StartAsync();
        world.With(present, "LTAI0123").Enter();

        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target =>
        {
            target.Configure = null;
            (target.Bucket, target.Region) = ("my-logs", "cn-hangzhou");
        }));

        Assert.EndsWith(
            $"\n  - Credentials: are not set, and those of the environment cannot be used. The environment variable {missing} is not set although {present} is.\n(see docs/troubleshooting.md#settings-are-invalid)",
            Text(exception),
            StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownCredentials_AreRefusedWithTheWordsThatThereAre()
    {
        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target =>
        {
            target.Configure = null;
            (target.Bucket, target.Region, target.Credentials) = ("my-logs", "cn-hangzhou", "RamRolle");
        }));

        Assert.Contains("\n  - Credentials: is 'RamRolle', but must be Chain, Environment, Oidc, RamRole,", Text(exception), StringComparison.Ordinal);
    }

    [Fact]
    public void TokenWithoutAKey_IsRefused()
    {
        var exception = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target =>
        {
            target.Configure = null;
            (target.Bucket, target.Region, target.SecurityToken) = ("my-logs", "cn-hangzhou", "token");
        }));

        Assert.Contains("\n  - SecurityToken: belongs to a temporary access key: set AccessKeyId and AccessKeySecret too.", Text(exception), StringComparison.Ordinal);
    }

    [Fact]
    public void SnapshotBeforeTheStart_IsEmpty() => Assert.Equal(new DeliverySnapshot().Accepted, new OssAppendTarget().GetSnapshot().Accepted);

    private static string Text(Exception exception) =>
        exception.Message + (exception.InnerException is null ? "" : " " + Text(exception.InnerException));
}
