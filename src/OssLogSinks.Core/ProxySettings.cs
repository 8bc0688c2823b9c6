using System.Net;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>The settings of the proxy as the user wrote them; null for one that is not given.</summary>
internal sealed record ProxySettings(string? Address, string? User, string? Password, string? Bypass)
{
    private static readonly char[] Separators = [',', ';', ' '];

    /// <summary>The proxy of these settings; null if none is set, or if the settings have faults. Adds all faults to the list.</summary>
    public WebProxy? Read(ICollection<SettingFault> faults)
    {
        var before = faults.Count;
        var isAddress = IsAddress(out var address);
        if (Address is not null && !isAddress)
            faults.Add(SettingFault.OfValue(nameof(OssAppenderOptions.Proxy), Address, "must be an address such as http://proxy.example.com:8080, without user name, password and path."));

        CheckUser(faults);
        var bypassed = BypassedHosts(faults);
        if (Address is null && Bypass is not null)
            faults.Add(Alone(nameof(OssAppenderOptions.ProxyBypass)));

        if (faults.Count > before || Address is null)
            return null;

        var proxy = new WebProxy(address) { BypassList = bypassed };
        if (User is not null)
            proxy.Credentials = new NetworkCredential(User, Password);

        return proxy;
    }

    private static SettingFault Alone(string setting) => new(setting, $"belongs to {nameof(OssAppenderOptions.Proxy)}; set that too. The system's proxy has its own settings.");

    private bool IsAddress(out Uri? address) =>
        Uri.TryCreate(Address, UriKind.Absolute, out address) && address.Scheme == Uri.UriSchemeHttp && address.UserInfo.Length == 0 && address.PathAndQuery == "/";

    private void CheckUser(ICollection<SettingFault> faults)
    {
        const string UserSetting = nameof(OssAppenderOptions.ProxyUser);
        const string PasswordSetting = nameof(OssAppenderOptions.ProxyPassword);
        if (Address is null && (User ?? Password) is not null)
            faults.Add(Alone(User is null ? PasswordSetting : UserSetting));
        else if (User is null != Password is null)
            faults.Add(User is null ? new SettingFault(UserSetting, $"is empty; set it together with {PasswordSetting}, or leave both out.") : new SettingFault(PasswordSetting, $"is empty; set it together with {UserSetting}, or leave both out."));

        // In the header Proxy-Authorization, a colon ends the user name.
        if (User?.Contains(':') == true)
            faults.Add(new SettingFault(UserSetting, $"must not have a colon; the password is the setting {PasswordSetting}."));
    }

    private string[] BypassedHosts(ICollection<SettingFault> faults)
    {
        var patterns = new List<string>();
        foreach (var entry in (Bypass ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (PatternOf(entry) is { } pattern)
                patterns.Add(pattern);
            else
                faults.Add(new SettingFault(nameof(OssAppenderOptions.ProxyBypass), $"has {SettingFault.Shown(entry)}, which is not a host; write host names or IP addresses with commas between them, without scheme, port and path."));
        }

        return [.. patterns];
    }

    // A pattern is compared with scheme, host and port of a request.
    private static string? PatternOf(string entry)
    {
        if (IPAddress.TryParse(entry.Trim('[', ']'), out var ip) && (entry[0] == '[') == (entry[^1] == ']'))
            return PatternOf("", ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString());

        var name = entry.StartsWith("*.", StringComparison.Ordinal) ? entry[2..] : entry[0] == '.' ? entry[1..] : entry;
        return name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '_') ? PatternOf(@"([^/]+\.)?", name) : null;
    }

    private static string PatternOf(string prefix, string host) => $"^[a-z]+://{prefix}{Regex.Escape(host)}(:[0-9]+)?/?$";
}
