using System.Globalization;
using System.Reflection;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake.Settings;
using Serilog.Events;
using Serilog.Sinks.OssAppend.FromConfiguration;

namespace Serilog.Sinks.OssAppend.Tests.Settings;

/// <summary>A value that is no number, time, flag or choice is named with its setting and what to write, by this project, not the configuration library.</summary>
public class UnreadableSettingTests
{
    private const string Right = """ "bucket": "logs", "region": "cn-hangzhou", "accessKeyId": "id", "accessKeySecret": "secret" """;

    private static readonly Type[] Kinds = [typeof(int), typeof(long?), typeof(bool), typeof(TimeSpan?), typeof(OssRollingInterval)];

    private static readonly MethodInfo[] TextMethods = [.. typeof(OssAppendFromConfiguration).GetMethods(BindingFlags.Public | BindingFlags.Static)];

    public static MemoryOss Unlimited { get; } = new();

    public static TheoryData<string, string> ReadableParameters =>
        [.. TextMethods.SelectMany(method => method.GetParameters().Where(p => TypeOf(p.Name!) is { } type && type != typeof(string) && SettingText.IsRead(type)).Select(p => (method.GetParameters()[0].Name!, p.Name!)))];

    [Fact]
    public void AllThatCannotBeRead_IsNamedAtOnce_WithOtherFaults()
    {
        var faults = FaultsOf("WriteTo", $$"""
            {{Right}}, "objectSizeLimitBytes": "1 GB", "queueLimit": "many", "rollingInterval": "Daily", "useLocalTime": "ja", "appendInterval": "2",
            "retryTimeLimit": "1h", "restrictedToMinimumLevel": "Warn", "memoryLimitBytes": 10, "clozeTimeout": "00:00:02"
            """);

        Assert.Equal(
            [
                "appendInterval: is '2', but must be a time as hh:mm:ss, such as 00:00:02 for two seconds; a number alone would be days.",
                "objectSizeLimitBytes: is '1 GB', but must be a whole number in digits only; write 1073741824.",
                "queueLimit: is 'many', but must be a whole number in digits only, up to 2147483647.",
                "restrictedToMinimumLevel: is 'Warn', but must be Verbose, Debug, Information, Warning, Error or Fatal.",
                "retryTimeLimit: is '1h', but must be a time as hh:mm:ss, such as 00:00:02 for two seconds.",
                "rollingInterval: is 'Daily', but must be Infinite, Year, Month, Day, Hour or Minute.",
                "useLocalTime: is 'ja', but must be true or false.",
            ],
            faults.Where(f => f.Setting is not ("memoryLimitBytes" or "clozeTimeout")).Select(f => f.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(9, faults.Count);
    }

    // What an empty variable of the environment gives: Serilog__WriteTo__0__Args__appendInterval=
    [Fact]
    public void EmptyText_TakesASettingBack()
    {
        var texts = TextSettings.Read(
            null, ("appendInterval", ""), ("queueLimit", ""), ("rollingInterval", ""), ("objectKey", ""), ("outputTemplate", ""), ("region", ""),
            ("contentType", ""), ("useLocalTime", ""), ("retryTimeLimit", ""), ("storageClass", ""));

        Assert.Empty(texts.Faults);
        Assert.Equal(LevelAlias.Minimum, texts.Level("restrictedToMinimumLevel", ""));
        Assert.Empty(texts.Faults);
        var options = texts.Options;
        Assert.Equal((new OssAppendSinkOptions().AppendInterval, new OssAppendSinkOptions().ObjectKey, new OssAppendSinkOptions().OutputTemplate), (options.AppendInterval, options.ObjectKey, options.OutputTemplate));
        Assert.Null(options.Region);
        Assert.Equal(new OssObjectProperties().ContentType, options.ObjectProperties.ContentType);
    }

    [Fact]
    public void EmptyBufferPath_IsAFault_AndEmptySizeNoLimit()
    {
        var options = TextSettings.Read(null, ("bufferPath", ""), ("objectSizeLimitBytes", "")).Options;

        Assert.Equal("", options.BufferPath);
        Assert.Null(options.ObjectSizeLimitBytes);
    }

    [Fact]
    public void WordDefault_IsAValueLikeOthers()
    {
        var texts = TextSettings.Read(
            null, ("bucket", "default"), ("name", "default"), ("acl", "default"), ("queueLimit", "default"), ("objectSizeLimitBytes", TextSettings.NotGiven));

        Assert.Equal(("default", "default"), (texts.Options.Bucket, texts.Options.Name));
        Assert.Equal(["acl", "queueLimit"], texts.Faults.Select(fault => fault.Setting));
        Assert.Equal(OssAppenderOptions.DefaultObjectSizeLimitBytes, texts.Options.ObjectSizeLimitBytes);
    }

    [Fact]
    public void EmptyTextInOptions_IsTheDefault() =>
        Assert.Equal(["clozeTimeout"], FaultsOf("WriteTo", """
            "options": { "Bucket": "logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret", "RetryDelay": "", "ConcurrentAppends": "", "clozeTimeout": 1 }
            """).Select(fault => fault.Setting));

    [Theory]
    [InlineData("WriteTo")]
    [InlineData("AuditTo")]
    public void UnreadableSettingInOptions_IsNamedAndNotDefaulted(string kind)
    {
        var faults = FaultsOf(kind, """
            "options": { "Bucket": "logs", "Region": "cn-hangzhou", "AccessKeyId": "id", "AccessKeySecret": "secret",
              "ConcurrentAppends": "many", "RetryDelay": "200 ms", "ObjectProperties": { "StorageClass": "Cold" } }
            """);

        Assert.Equal(["ConcurrentAppends", "RetryDelay", "StorageClass"], faults.Select(f => f.Setting));
        Assert.All(faults, fault => Assert.Contains($"{kind}:0:Args:options", fault.Problem, StringComparison.Ordinal));
        Assert.Contains("'Cold', but must be Unspecified, Standard, InfrequentAccess", faults[2].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ReadableParameters))]
    public void EachSetting_IsRead(string kind, string parameter)
    {
        var method = TextMethods.Single(m => m.GetParameters()[0].Name == kind);
        var arguments = method.GetParameters().Select(p => p.Name == parameter ? "§" : p.DefaultValue).ToArray();
        arguments[0] = kind == "sinkConfiguration" ? new LoggerConfiguration().WriteTo : new LoggerConfiguration().AuditTo;

        var exception = Assert.IsType<OssSettingsException>(Assert.Throws<TargetInvocationException>(() => method.Invoke(null, arguments)).InnerException);

        Assert.Contains(exception.Faults, fault => fault.Setting == parameter && fault.Problem.StartsWith(parameter == "credentials" ? "must be " : "is '§', but must be ", StringComparison.Ordinal));
    }

    [Fact]
    public void Parameters_AreTheKnownArguments()
    {
        Assert.Equal(ConfiguredSettings.OfWriteTo.Append("configuration").Order(), TextMethods[0].GetParameters().Skip(1).Select(p => p.Name).Order());
        Assert.Equal(ConfiguredSettings.OfAuditTo.Append("configuration").Order(), TextMethods[1].GetParameters().Skip(1).Select(p => p.Name).Order());
    }

    [Fact]
    public void Parameters_MatchTheOtherOverloads_AsText()
    {
        foreach (var (text, typed) in new[] { (TextMethods[0], typeof(OssAppendLoggerConfigurationExtensions)), (TextMethods[1], typeof(OssAppendLoggerAuditConfigurationExtensions)) })
        {
            var flat = typed.GetMethods(BindingFlags.Public | BindingFlags.Static).SelectMany(m => m.GetParameters().Skip(1));
            Assert.Equal(["configure"], flat.Select(p => p.Name).Distinct().Except(text.GetParameters().Skip(1).Select(p => p.Name)));
            Assert.All(text.GetParameters().Skip(1), p => Assert.Equal(SettingText.IsRead(TypeOf(p.Name!) ?? p.ParameterType), p.ParameterType == typeof(string)));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void NoSizeLimit_IsNullOrEmpty(string nothing)
    {
        var exception = Assert.Throws<OssSettingsException>(() => new LoggerConfiguration().WriteTo.OssAppend(objectSizeLimitBytes: null));
        Assert.DoesNotContain(exception.Faults, f => f.Setting == "objectSizeLimitBytes");

        using (var logger = Configure("WriteTo", $$"""
            "objectKey": "x.log", "objectSizeLimitBytes": {{nothing}}, "outputTemplate": "{Message:lj}{NewLine}",
            "client": "Serilog.Sinks.OssAppend.Tests.Settings.UnreadableSettingTests::Unlimited, Serilog.Sinks.OssAppend.Tests"
            """))
        {
            logger.Information("Text");
        }

        Assert.Contains("Text\n", Unlimited.Text("x.log"), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsWritten_IsReadAsItIs()
    {
        Check(Gen.Int);
        Check(Gen.Long);
        Check(Gen.Bool);
        Check(Gen.Enum<OssRollingInterval>());
        Check(Gen.Enum<OssStorageClass>());
        Check(Gen.Enum<LogEventLevel>());
        Check(Gen.Long[TimeSpan.MinValue.Ticks, TimeSpan.MaxValue.Ticks].Select(TimeSpan.FromTicks));
    }

    [Fact]
    public void AnyText_IsReadOrRefusedWithWhatToWrite() => Gen.Select(Gen.String, Gen.OneOf(Kinds.Select(Gen.Const).ToArray()))
        .Sample((text, type) =>
        {
            var isRead = SettingText.TryRead(text, type, out var value, out var need);
            Assert.Equal(isRead, need is null);
            Assert.True(isRead ? value is null || (Nullable.GetUnderlyingType(type) ?? type).IsInstanceOfType(value) : value is null);
            Assert.True(need is null || need.StartsWith("must be ", StringComparison.Ordinal));
        });

    private static void Check<T>(Gen<T> values)
        where T : struct => values.Sample(expected =>
        {
            foreach (var type in new[] { typeof(T), typeof(T?) })
            {
                Assert.True(SettingText.TryRead(string.Format(CultureInfo.InvariantCulture, "{0}", expected), type, out var value, out _));
                Assert.Equal(expected, value);
            }
        });

    private static Type? TypeOf(string parameter) => parameter == "restrictedToMinimumLevel" ? typeof(LogEventLevel)
        : typeof(OssAppendSinkOptions).GetProperty(parameter, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.PropertyType
            ?? typeof(OssObjectProperties).GetProperty(parameter, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.PropertyType;

    private static IReadOnlyList<SettingFault> FaultsOf(string kind, string arguments)
    {
        Exception? exception = Assert.ThrowsAny<Exception>(() => Configure(kind, arguments).Dispose());
        while (exception is not (null or OssSettingsException))
            exception = exception.InnerException;
        return Assert.IsType<OssSettingsException>(exception).Faults;
    }

    private static Core.Logger Configure(string kind, string arguments)
    {
        var json = $$"""{ "Serilog": { "{{kind}}": [ { "Name": "OssAppend", "Args": { {{arguments}} } } ] } }""";
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        return new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
    }
}
