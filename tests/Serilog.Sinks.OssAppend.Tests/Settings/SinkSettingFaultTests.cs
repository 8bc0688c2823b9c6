using System.Globalization;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Rolling;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

public class SinkSettingFaultTests
{
    [Fact]
    public void AllFaults_AreNamedAtOnce_AsTheUserWroteThem()
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            bucket: "No_Bucket",
            endpoint: "oss-cn-hangzhou.aliyuncs.com/path",
            objectKey: "logs/{Timestamp",
            objectSizeLimitBytes: 0,
            rollingInterval: (OssRollingInterval)99,
            accessKeyId: "id",
            formatProvider: CultureInfo.InvariantCulture,
            appendInterval: TimeSpan.FromSeconds(-1),
            configure: options =>
            {
                options.BatchSizeLimit = 0;
                options.QueueLimit = 0;
                options.BlockTimeout = TimeSpan.FromSeconds(-5);
                options.CloseTimeout = TimeSpan.FromDays(100);
                options.AppendSizeLimitBytes = 1;
                options.EventSizeLimitBytes = 0;
                options.MemoryLimitBytes = 0;
                options.RetryTimeLimit = TimeSpan.Zero;
                options.RequestTimeout = TimeSpan.Zero;
                options.ObjectProperties = new() { Metadata = new Dictionary<string, string> { ["no name"] = "x" } };
            }));

        Assert.Equal(
            [
                "AppendSizeLimitBytes", "BatchSizeLimit", "BlockTimeout", "CloseTimeout", "EventSizeLimitBytes", "MemoryLimitBytes",
                "ObjectProperties.Metadata", "QueueLimit", "RequestTimeout", "RetryTimeLimit",
                "accessKeySecret", "appendInterval", "bucket", "endpoint", "objectKey", "objectSizeLimitBytes", "rollingInterval",
            ],
            exception.Faults.Select(f => f.Setting).Distinct().Order(StringComparer.Ordinal));
        Assert.All(exception.Faults, fault => Assert.Contains(fault.ToString(), exception.Message, StringComparison.Ordinal));
        Assert.Contains("twice AppendSizeLimitBytes", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'MARK'", "secret", null, "accessKeyId", "quotation mark")]
    [InlineData("id", "MARK MARK", null, "accessKeySecret", "contains a space")]
    [InlineData("id", "secret", "${MARK}", "SecurityToken", "placeholder")]
    public void KeyThatCannotBeOne_IsAFault_AndNotShown(string id, string secret, string? token, string setting, string problem)
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            bucket: "my-logs", region: "cn-hangzhou", accessKeyId: id, accessKeySecret: secret, configure: options => options.SecurityToken = token));

        var fault = Assert.Single(exception.Faults);
        Assert.Equal(setting, fault.Setting);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void FaultsOfOptions_AreNamedAsTheirProperties()
    {
        var options = Some.Options(new MemoryOss());
        options.ObjectSizeLimitBytes = -1;
        options.QueueLimit = 0;
        options.RetryDelay = TimeSpan.FromMinutes(1);

        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(options));

        Assert.Equal(["ObjectSizeLimitBytes", "QueueLimit", "RetryDelayLimit"], exception.Faults.Select(f => f.Setting).Order());
    }

    [Fact]
    public void NoPlaceSet_SaysWhatIsNeeded()
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            bucket: "logs", formatProvider: CultureInfo.InvariantCulture, accessKeyId: "i", accessKeySecret: "s"));

        var fault = Assert.Single(exception.Faults);
        Assert.Equal("endpoint", fault.Setting);
        Assert.Contains("or set region alone", fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", null, null, "accessKeySecret")]
    [InlineData(null, "secret", null, "accessKeyId")]
    [InlineData("id", " ", "token", "accessKeySecret")]
    [InlineData(null, null, "token", "SecurityToken")]
    public void HalfAnAccessKey_IsOneFault(string? id, string? secret, string? token, string setting)
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            "logs", "cn-hangzhou", formatProvider: CultureInfo.InvariantCulture, accessKeyId: id, accessKeySecret: secret, configure: options => options.SecurityToken = token));

        Assert.Equal(setting, Assert.Single(exception.Faults).Setting);
        Assert.DoesNotContain("token'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AccessKeyAndProvider_AreOneTooMany()
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(
            "logs", "cn-hangzhou", formatProvider: CultureInfo.InvariantCulture, accessKeyId: "i", accessKeySecret: "s", credentials: new StaticCredentialsProvider("i", "s")));

        Assert.Equal("credentials", Assert.Single(exception.Faults).Setting);
    }

    [Fact]
    public void Null_IsRefused()
    {
        var writeTo = new LoggerConfiguration().WriteTo;
        Assert.Throws<ArgumentNullException>("options", () => writeTo.OssAppend((OssAppendSinkOptions)null!));
        Assert.Throws<ArgumentNullException>("formatter", () => writeTo.OssAppend((Formatting.ITextFormatter)null!));
        Assert.Throws<ArgumentNullException>("outputTemplate", () => writeTo.OssAppend("logs", outputTemplate: null!, formatProvider: CultureInfo.InvariantCulture));
        Assert.Throws<ArgumentNullException>("sinkConfiguration", () => OssAppendLoggerConfigurationExtensions.OssAppend(null!, new OssAppendSinkOptions()));
    }
}
