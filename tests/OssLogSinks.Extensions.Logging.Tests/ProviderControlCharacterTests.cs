using Microsoft.Extensions.Logging;
using OssLogSinks.Core;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

/// <summary>Logged text that is made to look like other events, with and without the setting that escapes it.</summary>
public class ProviderControlCharacterTests
{
    [Theory]
    [InlineData(true, @"user bob\r\nforged \u001B[2J\u202Ex System.InvalidOperationException: a\nb")]
    [InlineData(false, "user bob forged \u001b[2J\u202ex System.InvalidOperationException: a b")]
    public async Task ForgedLine_IsOneLineEitherWay(bool escapes, string expected)
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(bucket, options => (options.Formatter, options.TimestampFormat, options.EscapeControlCharacters) = ("line", "", escapes)))
        {
            host.Logger.LogError(new InvalidOperationException("a\nb"), "user {User}", "bob\r\nforged \u001b[2J\u202ex");
        }

        Assert.Equal($"fail: Shop.Orders[0] {expected}\n", bucket.AllText);
    }

    [Theory]
    [InlineData("clef")]
    [InlineData("message")]
    public void FormatterThatDoesNotEscape_IsAFaultWithTheSetting(string formatter)
    {
        var configuration = ProviderHost.Configuration(("EscapeControlCharacters", "true"));
        var refused = Assert.Throws<OssSettingsException>(() => ProviderHost.InMemory(new MemoryOss(), options => options.Formatter = formatter, configuration));

        Assert.Equal("EscapeControlCharacters: is 'true', but must be false, because only the formatter 'line' uses it.", Assert.Single(refused.Faults).ToString());
    }
}
