using NLog.Layouts;
using NLog.Targets.OssAppend.Tests.Support;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>Logged text that is made to look like other events, with and without the setting that escapes it.</summary>
public class TargetControlCharacterTests
{
    public static TheoryData<Layout> Indented => new()
    {
        new JsonLayout { IndentJson = true },
        new JsonLayout { Attributes = { new JsonAttribute("inner", new JsonLayout { IndentJson = true }) } },
        new XmlLayout { IndentXml = true },
        new CompoundLayout { Layouts = { new SimpleLayout("${level} "), new JsonLayout { IndentJson = true } } },
    };

    [Fact]
    public async Task ForgedLine_IsEscaped()
    {
        using var running = RunningTarget.Start(target => target.EscapeControlCharacters = true);

        running.Logger.Info("user bob\r\nforged \u001b[2J\u202e\tend");
        running.Logger.Info("next");
        await running.FlushAsync();

        Assert.Equal([@"user bob\r\nforged \u001B[2J\u202E" + "\tend", "next"], running.Oss.Lines);
    }

    [Fact]
    public async Task Exception_IsOnTheLineOfItsEvent()
    {
        using var running = RunningTarget.Start(target => (target.EscapeControlCharacters, target.Layout) = (true, "${message}${newline}${exception:format=Message}"));

        running.Logger.Error(new InvalidOperationException("a\nb"), "x");
        await running.FlushAsync();

        var line = Assert.Single(running.Oss.Lines);
        Assert.EndsWith(@"\na\nb", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Indented))]
    public void IndentedLayout_IsAFaultWithTheSettingOnly(Layout layout)
    {
        var refused = Assert.Throws<NLogConfigurationException>(() => RunningTarget.Start(target => (target.EscapeControlCharacters, target.Layout) = (true, layout)));
        Assert.Contains("EscapeControlCharacters: is 'true', but must be false, because the layout indents", refused.Message, StringComparison.Ordinal);

        RunningTarget.Start(target => target.Layout = layout).Dispose();
    }

    [Fact]
    public async Task JsonOnOneLine_IsStillJson()
    {
        using var running = RunningTarget.Start(target =>
            (target.EscapeControlCharacters, target.Layout) = (true, new JsonLayout { Attributes = { new JsonAttribute("message", "${message}") } }));

        running.Logger.Info("a\nb\u202e");
        await running.FlushAsync();

        using var read = System.Text.Json.JsonDocument.Parse(Assert.Single(running.Oss.Lines));
        Assert.Equal("a\nb\u202e", read.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task WithoutTheSetting_TextIsAsLogged()
    {
        using var running = RunningTarget.Start();

        running.Logger.Info("a\nb\u001b");
        await running.FlushAsync();

        Assert.Equal("a\nb\u001b\n"u8.ToArray(), running.Oss.Bytes("app.log"));
    }
}
