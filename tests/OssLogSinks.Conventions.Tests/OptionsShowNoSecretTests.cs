using System.Text.Json;

namespace OssLogSinks.Conventions.Tests;

/// <summary>Whoever prints settings or makes JSON of them shows no secret, wherever it was written.</summary>
public class OptionsShowNoSecretTests
{
    private const string Secret = "hush-hush-hush";

    public static TheoryData<Type> Types =>
        [.. Repository.Libraries.Values.SelectMany(library => library.GetExportedTypes()).Where(type => type.IsClass && type.Name.EndsWith("Options", StringComparison.Ordinal))];

    [Fact]
    public void OptionTypes_AreFound() => Assert.True(Types.Count >= 4, $"{Types.Count} types");

    [Theory]
    [MemberData(nameof(Types))]
    public void OptionsWithAPasswordInTheEndpoint_ShowNone(Type type)
    {
        foreach (var endpoint in new[] { $"http://user:{Secret}@oss.example", $"{Secret}@oss.example:9000", $"https://user:p@{Secret}@oss.example", $"http://user%3A{Secret}%40oss.example" })
        {
            var options = Activator.CreateInstance(type)!;
            foreach (var name in new[] { "Endpoint", "AccessKeySecret", "SecurityToken", "ProxyPassword", "ClientCertificatePassword" })
                type.GetProperty(name)?.SetValue(options, name == "Endpoint" ? endpoint : Secret);

            Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, JsonOf(options), StringComparison.Ordinal);
            Assert.NotEqual(endpoint, type.GetProperty("Endpoint")?.GetValue(options));
        }
    }

    // Options with functions and clocks in them are no JSON: then the refusal must not show a secret.
    private static string JsonOf(object options)
    {
        try
        {
            return JsonSerializer.Serialize(options);
        }
        catch (NotSupportedException e)
        {
            return e.ToString();
        }
    }
}
