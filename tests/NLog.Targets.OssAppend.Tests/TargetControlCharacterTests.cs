using NLog.Targets.OssAppend.Tests.Support;

namespace NLog.Targets.OssAppend.Tests;

/// <summary>Logged text that is made to look like other events, with and without the setting that escapes it.</summary>
public class TargetControlCharacterTests
{
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

    [Fact]
    public async Task WithoutTheSetting_TextIsAsLogged()
    {
        using var running = RunningTarget.Start();

        running.Logger.Info("a\nb\u001b");
        await running.FlushAsync();

        Assert.Equal("a\nb\u001b\n"u8.ToArray(), running.Oss.Bytes("app.log"));
    }
}
