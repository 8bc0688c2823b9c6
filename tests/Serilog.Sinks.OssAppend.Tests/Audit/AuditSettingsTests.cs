using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using Serilog.Formatting;
using Serilog.Sinks.OssAppend.Tests.Doubles;

namespace Serilog.Sinks.OssAppend.Tests.Audit;

/// <summary>AuditTo takes what WriteTo takes, where it means something, from code and from configuration files.</summary>
public class AuditSettingsTests
{
    private const string Right = """ "bucket": "logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret" """;

    private static readonly ParameterInfo[][] Overloads = Of(typeof(OssAppendLoggerAuditConfigurationExtensions));

    public static MemoryOss JsonBucket { get; } = new();

    public static MemoryOss OptionsBucket { get; } = new();

    public static MemoryOss XmlBucket { get; } = new();

    public static TheoryData<string> Meaningless =>
        [.. typeof(OssAppendSinkOptions).GetProperties().Select(property => property.Name).Where(AppenderSettings.IsMeaninglessInAudit)];

    [Fact]
    public void Parameters_AreThoseOfWriteTo_ExceptWhatMeansNothing()
    {
        var writeTo = Of(typeof(OssAppendLoggerConfigurationExtensions));

        Assert.Equal(3, Overloads.Length);
        foreach (var audit in Overloads)
        {
            var same = writeTo.Single(p => p.Skip(1).First().ParameterType == audit[1].ParameterType);
            Assert.Equal(
                same.Skip(1).Where(p => !AppenderSettings.IsMeaninglessInAudit(p.Name!)).Select(p => (p.Name, p.ParameterType, p.RawDefaultValue)),
                audit.Skip(1).Where(p => p.Name != "retryTimeLimit").Select(p => (p.Name, p.ParameterType, p.RawDefaultValue)));
        }
    }

    [Fact]
    public void FlatParameters_ReachTheOptions()
    {
        var formatted = Overloads.Single(p => p[1].ParameterType == typeof(ITextFormatter));
        string[] given = ["objectSizeLimitBytes", "rollingInterval", "retryTimeLimit"];
        string[] configured = ["AppendSizeLimitBytes", "CloseTimeout", "EventSizeLimitBytes", "MemoryLimitBytes", "ObjectProperties.ContentType", "ObjectProperties.Tags", "RequestTimeout"];
        Assert.All(given, name => Assert.Contains(formatted, p => p.Name == name));

        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().AuditTo.OssAppend(
            new GatedFormatter(), accessKeyId: "i", accessKeySecret: "s", objectSizeLimitBytes: 0, rollingInterval: (OssLogSinks.Core.Rolling.OssRollingInterval)99,
            retryTimeLimit: TimeSpan.Zero, configure: options =>
            {
                options.CloseTimeout = TimeSpan.FromDays(100);
                options.AppendSizeLimitBytes = 1;
                options.EventSizeLimitBytes = 0;
                options.MemoryLimitBytes = 0;
                options.RequestTimeout = TimeSpan.Zero;
                options.ObjectProperties = new() { ContentType = "ü", Tags = new Dictionary<string, string> { [""] = "x" } };
            }));

        Assert.Equal([.. configured, .. given.Append("bucket").Append("endpoint").Order()], exception.Faults.Select(f => f.Setting).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Meaningless))]
    public void WhatMeansNothing_IsAFaultInCode(string setting)
    {
        var options = new OssAppendSinkOptions { Bucket = "logs", Region = "cn-hangzhou", AccessKeyId = "id", AccessKeySecret = "secret" };
        var property = typeof(OssAppendSinkOptions).GetProperty(setting)!;
        property.SetValue(options, property.GetValue(options) switch
        {
            bool flag => !flag,
            int number => number + 1,
            long number => number + 1,
            TimeSpan time => time + TimeSpan.FromSeconds(1),
            Enum choice => Enum.GetValues(choice.GetType()).Cast<object>().Last(),
            _ => "somewhere",
        });

        var fault = Assert.Single(Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().AuditTo.OssAppend(options)).Faults);

        Assert.Equal(setting, fault.Setting);
        Assert.Contains("must be left out with AuditTo", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void AppSettings_MakeAnAuditSink()
    {
        using var logger = Configure("""
            { "Serilog": { "AuditTo": [ { "Name": "OssAppend", "Args": {
              "objectKey": "audit/{Level}.log", "outputTemplate": "{Message:lj}!{NewLine}", "retryTimeLimit": "00:00:10",
              "client": "Serilog.Sinks.OssAppend.Tests.Audit.AuditSettingsTests::JsonBucket, Serilog.Sinks.OssAppend.Tests"
            } } ] } }
            """);

        logger.Write(Some.Event("Paid"));

        Assert.Equal("Paid!\n", JsonBucket.Text("audit/Information.log"));
    }

    [Fact]
    public void AppSettingsWithOptions_MakeAnAuditSink()
    {
        using var logger = Configure("""
            { "Serilog": { "AuditTo": { "Oss": { "Name": "OssAppend", "Args": { "options": {
              "ObjectKey": "audit.log", "OutputTemplate": "{Message:lj}!{NewLine}",
              "Client": "Serilog.Sinks.OssAppend.Tests.Audit.AuditSettingsTests::OptionsBucket, Serilog.Sinks.OssAppend.Tests"
            } } } } } }
            """);

        logger.Write(Some.Event("Paid"));

        Assert.Equal("Paid!\n", OptionsBucket.Text("audit.log"));
    }

    [Fact]
    public void XmlSettings_MakeAnAuditSink()
    {
        using var logger = new LoggerConfiguration().ReadFrom.KeyValuePairs(new Dictionary<string, string>
        {
            ["using:OssAppend"] = "Serilog.Sinks.OssAppend",
            ["audit-to:OssAppend.objectKey"] = "audit.log",
            ["audit-to:OssAppend.outputTemplate"] = "{Message:lj}!{NewLine}",
            ["audit-to:OssAppend.retryTimeLimit"] = "00:00:10",
            ["audit-to:OssAppend.client"] = "Serilog.Sinks.OssAppend.Tests.Audit.AuditSettingsTests::XmlBucket, Serilog.Sinks.OssAppend.Tests",
        }).CreateLogger();

        logger.Write(Some.Event("Paid"));

        Assert.Equal("Paid!\n", XmlBucket.Text("audit.log"));
    }

    [Theory]
    [InlineData("buket", "write 'bucket'")]
    [InlineData("retryTimeLimt", "write 'retryTimeLimit'")]
    [InlineData("appendInterval", "must be left out with AuditTo")]
    [InlineData("queueLimit", "must be left out with AuditTo")]
    [InlineData("bufferPath", "must be left out with AuditTo")]
    public void SettingThatNobodyReads_IsNamed(string setting, string cure)
    {
        var exception = Assert.ThrowsAny<Exception>(() => Configure($$"""{ "Serilog": { "AuditTo": [ { "Name": "OssAppend", "Args": { {{Right}}, "{{setting}}": "1" } } ] } }"""));

        var fault = Assert.Single(SettingsFault(exception).Faults);
        Assert.Equal(setting, fault.Setting);
        Assert.Contains(cure, fault.Problem, StringComparison.Ordinal);
        Assert.Contains("Serilog:AuditTo:0:Args", fault.Problem, StringComparison.Ordinal);
    }

    private static ParameterInfo[][] Of(Type extensions) =>
        [.. extensions.GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => m.GetParameters())];

    private static Core.Logger Configure(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        return new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
    }

    private static OssSettingsException SettingsFault(Exception? exception)
    {
        while (exception is not (null or OssSettingsException))
            exception = exception.InnerException;

        return Assert.IsType<OssSettingsException>(exception);
    }
}
