using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests;

/// <summary>Whoever logs to another machine in plain text is told so once, at start.</summary>
public class PlainHttpTests
{
    [Theory]
    [InlineData("http://oss-cn-hangzhou.aliyuncs.com", "http://logs.oss-cn-hangzhou.aliyuncs.com")]
    [InlineData("HTTP://oss-cn-hangzhou-internal.aliyuncs.com", "http://logs.oss-cn-hangzhou-internal.aliyuncs.com")]
    [InlineData("http://10.0.0.7:9000", "http://10.0.0.7:9000")]
    [InlineData("http://oss:9000", "http://oss:9000")]
    [InlineData("http://[fd00::1]:9000", "http://[fd00::1]:9000")]
    [InlineData("http://localhost.aliyuncs.com", "http://logs.localhost.aliyuncs.com")]
    public void OtherMachine_IsReportedOnce(string endpoint, string origin)
    {
        var report = Assert.Single(ReportsOf(endpoint));

        Assert.Equal(OssDiagnosticLevel.Warning, report.Level);
        Assert.StartsWith($"Log text, access key ids and security tokens go to '{origin}' unencrypted", report.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://oss-cn-hangzhou.aliyuncs.com")]
    [InlineData("oss-cn-hangzhou.aliyuncs.com")]
    [InlineData("http://localhost:9000")]
    [InlineData("http://oss.localhost:9000")]
    [InlineData("http://127.0.0.1:9000")]
    [InlineData("http://127.1.2.3")]
    [InlineData("http://[::1]:9000")]
    public void EncryptedOrThisMachine_IsNot(string endpoint) => Assert.Empty(ReportsOf(endpoint));

    [Fact]
    public void PlainHttpThatASettingAllows_IsNotReported() => Assert.Empty(ReportsOf("http://10.0.0.7:9000", options => options.AllowPlainHttp = true));

    [Fact]
    public void OtherClient_HasNoEndpoint() => Assert.Empty(ReportsOf("http://10.0.0.7:9000", options => options.Client = new MemoryOss()));

    private static IReadOnlyList<OssDiagnosticEvent> ReportsOf(string endpoint, Action<OssAppenderOptions>? set = null)
    {
        var recorder = new ReportRecorder();
        var options = new OssAppenderOptions
        {
            Endpoint = endpoint,
            Bucket = "logs",
            Region = "cn-hangzhou",
            AddressingStyle = endpoint.Contains("aliyuncs", StringComparison.Ordinal) ? OssAddressingStyle.VirtualHosted : OssAddressingStyle.Path,
            Credentials = new StaticCredentialsProvider("id", "secret"),
            Diagnostics = recorder,
        };
        set?.Invoke(options);
        new OssAppender(options).Dispose();
        return recorder.Reports;
    }
}
