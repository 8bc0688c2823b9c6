using System.Net;

namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>tinyproxy: a forward proxy that asks for a user name and a password.</summary>
internal sealed class Tinyproxy() : Intermediary(Program, IPAddress.Loopback)
{
    public const string Program = "tinyproxy";
    public const string User = "app";
    public const string Password = "hush-hush-proxy";

    public static (string Program, string Package) Needed => (Program, "tinyproxy-bin");

    /// <summary>The address as the setting has it.</summary>
    public string Url => $"http://127.0.0.1:{Port}";

    public override Task<string> LogAsync() => File.ReadAllTextAsync(PathIn("log"), TestContext.Current.CancellationToken);

    protected override string[] Configure(int port)
    {
        File.WriteAllText(
            PathIn("tinyproxy.conf"),
            $"""
            Port {port}
            Listen 127.0.0.1
            Allow 127.0.0.1
            BasicAuth {User} {Password}
            LogFile "{PathIn("log")}"
            LogLevel Connect
            MaxClients 100
            Timeout 60

            """);
        return ["-d", "-c", PathIn("tinyproxy.conf")];
    }
}
