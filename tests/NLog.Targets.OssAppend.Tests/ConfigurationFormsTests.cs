using System.Text;
using Microsoft.Extensions.Configuration;
using NLog.Config;
using NLog.Extensions.Logging;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.Rolling;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>NLog.config, appsettings.json and code lead to the same settings; what comes from outside may be a layout.</summary>
public class ConfigurationFormsTests
{
    private const string Xml = """
        <nlog xmlns="http://www.nlog-project.org/schemas/NLog.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" throwConfigExceptions="true">
          <extensions>
            <add assembly="NLog.Targets.OssAppend"/>
          </extensions>
          <variable name="app" value="shop"/>
          <variable name="place" value="cn-hangzhou"/>
          <targets>
            <target xsi:type="OssAppend" name="oss" endpoint="oss-${var:place}.aliyuncs.com" bucket="${var:app}-logs" region="${var:place}"
                    accessKeyId="${var:app}-id" accessKeySecret="secret" addressingStyle="VirtualHosted" signatureVersion="V1"
                    objectKey="${var:app}/{Timestamp:yyyy/MM/dd}/{Tenant}-${logger}.log" rollingInterval="Day" objectSizeLimitBytes="1000000"
                    contentType="application/x-ndjson" acl="Private" storageClass="InfrequentAccess" layout="${message}"
                    queueLimit="5000" overflowAction="Block" blockTimeoutMilliseconds="250" batchSize="50" appendIntervalMilliseconds="500"
                    appendSizeLimitBytes="65536" eventSizeLimitBytes="32768" memoryLimitBytes="1048576" concurrentAppends="2" sendContentMd5="true"
                    requestTimeoutSeconds="7" retryDelayMilliseconds="50" retryTimeLimitSeconds="-1" closeTimeoutSeconds="4">
              <metadata name="app" layout="${var:app}"/>
              <metadata name="place" layout="${var:place}"/>
              <tag name="team" layout="orders"/>
            </target>
          </targets>
          <rules>
            <logger name="*" minlevel="Info" writeTo="oss"/>
          </rules>
        </nlog>
        """;

    private const string Json = """
        {
          "NLog": {
            "throwConfigExceptions": true,
            "extensions": [ { "assembly": "NLog.Targets.OssAppend" } ],
            "variables": { "app": "shop", "place": "cn-hangzhou" },
            "targets": {
              "oss": {
                "type": "OssAppend",
                "endpoint": "oss-${var:place}.aliyuncs.com",
                "bucket": "${configsetting:item=Oss.bucket}",
                "region": "${var:place}",
                "accessKeyId": "${configsetting:item=Oss.accessKeyId}",
                "accessKeySecret": "${configsetting:item=Oss.accessKeySecret}",
                "addressingStyle": "VirtualHosted",
                "signatureVersion": "V1",
                "objectKey": "${configsetting:item=Oss.app}/{Timestamp:yyyy/MM/dd}/{Tenant}-${logger}.log",
                "rollingInterval": "Day",
                "objectSizeLimitBytes": 1000000,
                "contentType": "application/x-ndjson",
                "acl": "Private",
                "storageClass": "InfrequentAccess",
                "layout": "${message}",
                "queueLimit": 5000,
                "overflowAction": "Block",
                "blockTimeoutMilliseconds": 250,
                "batchSize": 50,
                "appendIntervalMilliseconds": 500,
                "appendSizeLimitBytes": 65536,
                "eventSizeLimitBytes": 32768,
                "memoryLimitBytes": 1048576,
                "concurrentAppends": 2,
                "sendContentMd5": true,
                "requestTimeoutSeconds": 7,
                "retryDelayMilliseconds": 50,
                "retryTimeLimitSeconds": -1,
                "closeTimeoutSeconds": 4,
                "metadata": [ { "name": "app", "layout": "${var:app}" }, { "name": "place", "layout": "${var:place}" } ],
                "tags": [ { "name": "team", "layout": "orders" } ]
              }
            },
            "rules": [ { "logger": "*", "minLevel": "Info", "writeTo": "oss" } ]
          },
          "Oss": { "bucket": "shop-logs", "accessKeyId": "shop-id", "accessKeySecret": "secret", "app": "shop" }
        }
        """;

    [Fact]
    public void EveryForm_LeadsToTheSameSettings()
    {
        using var xmlFactory = new LogFactory();
        var xml = Read(xmlFactory, XmlLoggingConfiguration.CreateFromXmlString(Xml, xmlFactory));
        using var jsonFactory = new LogFactory();
        var json = Read(jsonFactory, FromJson(jsonFactory));
        using var codeFactory = new LogFactory();
        var code = Read(codeFactory, InCode(codeFactory));

        Assert.Equal("shop-logs", xml.Options.Bucket);
        Assert.Equal("shop", xml.Creation.Properties!.Metadata["app"]);
        foreach (var other in new[] { json, code })
        {
            foreach (var property in typeof(OssAppenderOptions).GetProperties().Where(p => p.Name is not ("Client" or "ObjectKey" or "Credentials" or "ObjectProperties" or "Diagnostics" or "Listener" or "Random")))
                Assert.Equal(property.GetValue(xml.Options), property.GetValue(other.Options));

            Assert.Equal((xml.Credentials.AccessKeyId, xml.Credentials.AccessKeySecret.Reveal()), (other.Credentials.AccessKeyId, other.Credentials.AccessKeySecret.Reveal()));
            Assert.Equal((xml.Target.QueueLimit, xml.Target.OverflowAction, xml.Target.BlockTimeoutMilliseconds, xml.Target.BatchSize), (other.Target.QueueLimit, other.Target.OverflowAction, other.Target.BlockTimeoutMilliseconds, other.Target.BatchSize));
            Assert.Equal(xml.Creation.Key, other.Creation.Key);
            var (mine, its) = (xml.Creation.Properties!, other.Creation.Properties!);
            Assert.Equal((mine.ContentType, mine.Acl, mine.StorageClass), (its.ContentType, its.Acl, its.StorageClass));
            Assert.Equal(mine.Metadata.OrderBy(e => e.Key), its.Metadata.OrderBy(e => e.Key));
            Assert.Equal(mine.Tags.OrderBy(e => e.Key), its.Tags.OrderBy(e => e.Key));
        }

        Assert.Equal("shop/2026/11/22/acme-Shop.Orders.log", xml.Creation.Key);
    }

    private static NLogLoggingConfiguration FromJson(LogFactory factory)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(Json))).Build();
        ConfigSettingLayoutRenderer.DefaultConfiguration = configuration;
        return new NLogLoggingConfiguration(configuration.GetSection("NLog"), factory);
    }

    private static LoggingConfiguration InCode(LogFactory factory)
    {
        var target = new OssAppendTarget
        {
            Name = "oss",
            Endpoint = "oss-cn-hangzhou.aliyuncs.com",
            Bucket = "shop-logs",
            Region = "cn-hangzhou",
            AccessKeyId = "shop-id",
            AccessKeySecret = "secret",
            AddressingStyle = OssAddressingStyle.VirtualHosted,
            SignatureVersion = OssSignatureVersion.V1,
            ObjectKey = "shop/{Timestamp:yyyy/MM/dd}/{Tenant}-${logger}.log",
            RollingInterval = OssRollingInterval.Day,
            ObjectSizeLimitBytes = 1_000_000,
            ContentType = "application/x-ndjson",
            Acl = OssAcl.Private,
            StorageClass = OssStorageClass.InfrequentAccess,
            Layout = "${message}",
            QueueLimit = 5000,
            OverflowAction = AsyncTargetWrapperOverflowAction.Block,
            BlockTimeoutMilliseconds = 250,
            BatchSize = 50,
            AppendIntervalMilliseconds = 500,
            AppendSizeLimitBytes = 65536,
            EventSizeLimitBytes = 32768,
            MemoryLimitBytes = 1048576,
            ConcurrentAppends = 2,
            SendContentMd5 = true,
            RequestTimeoutSeconds = 7,
            RetryDelayMilliseconds = 50,
            RetryTimeLimitSeconds = -1,
            CloseTimeoutSeconds = 4,
            FlushTimeoutSeconds = 3,
        };
        target.Metadata.Add(new TargetPropertyWithContext("app", "shop"));
        target.Metadata.Add(new TargetPropertyWithContext("place", "cn-hangzhou"));
        target.Tags.Add(new TargetPropertyWithContext("team", "orders"));
        var configuration = new LoggingConfiguration(factory);
        configuration.AddRule(LogLevel.Info, LogLevel.Fatal, target);
        return configuration;
    }

    // Loads the configuration, logs an event into a bucket in memory, and tells what the target made of its settings.
    private static (OssAppendTarget Target, OssAppenderOptions Options, OssCredentials Credentials, AppendObjectRequest Creation) Read(LogFactory factory, LoggingConfiguration configuration)
    {
        var target = configuration.FindTargetByName<OssAppendTarget>("oss")!;
        var oss = new MemoryOss();
        OssAppenderOptions? seen = null;
        target.Configure = options =>
        {
            seen = options;
            options.Client = oss;
        };
        factory.ThrowConfigExceptions = true;
        factory.Configuration = configuration;
        var logEvent = LogEventInfo.Create(LogLevel.Info, "Shop.Orders", "x");
        logEvent.TimeStamp = new DateTime(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);
        logEvent.Properties["Tenant"] = "acme";
        factory.GetLogger("Shop.Orders").Log(logEvent);
        factory.Shutdown();

        Assert.NotNull(seen);
        var secret = (string?)typeof(OssAppenderOptions).GetProperty("AccessKeySecret")!.GetValue(seen);
        return (target, seen, new OssCredentials(seen.AccessKeyId!, secret!), oss.Creations.Single());
    }
}
