using System.Collections;
using System.Net;
using System.Reflection;
using System.Text.Json;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Tests;

/// <summary>What holds a secret shows it to nobody who prints it, destructures it or makes JSON of it.</summary>
public class SecretsInObjectsTests
{
    private const string Secret = "hush-hush-hush";

    public static TheoryData<string> Holders => [.. All.Keys];

    private static Dictionary<string, object> All => new()
    {
        ["secret"] = new OssSecret(Secret),
        ["credentials"] = new OssCredentials("id", Secret, Secret + "-token"),
        ["static provider"] = new StaticCredentialsProvider("id", Secret, Secret + "-token"),
        ["delegate provider"] = new DelegateCredentialsProvider(_ => new ValueTask<OssCredentials>(new OssCredentials("id", Secret))),
        ["environment provider"] = new EnvironmentCredentialsProvider(_ => Secret),
        ["options of the client"] = new OssClientOptions { Endpoint = $"http://user:{Secret}@oss.example", Credentials = new StaticCredentialsProvider("id", Secret), Proxy = Proxy, HttpMessageHandler = Handler },
        ["options of the appender"] = new OssAppenderOptions { Endpoint = $"http://user:{Secret}@oss.example", Credentials = new StaticCredentialsProvider("id", Secret), HttpMessageHandler = Handler },
    };

    private static WebProxy Proxy => new("proxy", 8080) { Credentials = new NetworkCredential("user", Secret) };

    private static HttpClientHandler Handler => new() { Proxy = Proxy, Credentials = new NetworkCredential("user", Secret) };

    [Theory]
    [MemberData(nameof(Holders))]
    public void WhatCanBeRead_HasNoSecret(string holder) => Assert.DoesNotContain(TextsOf(All[holder], 10), text => text.Contains(Secret, StringComparison.Ordinal));

    [Fact]
    public void TheWalk_FindsWhatIsThere() => Assert.Contains(TextsOf(new { Inner = Handler }, 10), text => text.Contains(Secret, StringComparison.Ordinal));

    [Theory]
    [InlineData("secret")]
    [InlineData("credentials")]
    [InlineData("static provider")]
    [InlineData("delegate provider")]
    public void Json_HasNoSecret(string holder) => Assert.DoesNotContain(Secret, JsonSerializer.Serialize(All[holder]), StringComparison.Ordinal);

    [Fact]
    public void Secret_IsReadByItsMethodAlone()
    {
        var secret = new OssSecret(Secret);

        Assert.Equal(Secret, secret.Reveal());
        Assert.Equal("***", $"{secret}");
    }

    // What a logger that destructures, or a serializer, can come to: public properties, and theirs, and each as text.
    private static IEnumerable<string> TextsOf(object? value, int depth)
    {
        if (value is null || depth == 0)
            yield break;

        yield return value.ToString() ?? "";
        if (value is string or Type or Delegate or MemberInfo || value.GetType().IsPrimitive)
            yield break;

        var parts = value is IEnumerable items ? items.Cast<object?>() : value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Select(property => Read(property, value));
        foreach (var text in parts.Take(100).SelectMany(part => TextsOf(part, depth - 1)))
            yield return text;
    }

    private static object? Read(PropertyInfo property, object owner)
    {
        try
        {
            return property.GetValue(owner);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
