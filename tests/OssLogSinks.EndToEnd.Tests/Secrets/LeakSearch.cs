using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OssLogSinks.EndToEnd.Tests.Secrets;

/// <summary>Finds known secrets in texts and bytes, also encoded ones. Letters are compared without case.</summary>
internal sealed class LeakSearch
{
    private readonly List<(string Name, string Text)> _forms = [];
    private readonly List<(string Name, byte[] Bytes)> _bytes = [];

    /// <summary>The ways to write a secret that a reader could undo.</summary>
    public static IReadOnlyDictionary<string, Func<string, string>> Forms { get; } = new Dictionary<string, Func<string, string>>
    {
        ["plain"] = secret => secret,
        ["percent"] = Uri.EscapeDataString,
        ["every character percent"] = secret => string.Concat(Encoding.UTF8.GetBytes(secret).Select(b => $"%{b:X2}")),
        ["percent twice"] = secret => Uri.EscapeDataString(Uri.EscapeDataString(secret)),
        ["base64"] = secret => Base64(secret, 0),
        ["base64 after one byte"] = secret => Base64(secret, 1),
        ["base64 after two bytes"] = secret => Base64(secret, 2),
        ["base64 for URLs"] = secret => Base64(secret, 0).Replace('+', '-').Replace('/', '_'),
        ["hex"] = secret => Convert.ToHexString(Encoding.UTF8.GetBytes(secret)),
        ["hex with dashes"] = secret => BitConverter.ToString(Encoding.UTF8.GetBytes(secret)),
        ["JSON"] = secret => JsonEncodedText.Encode(secret).ToString(),
        ["JSON, relaxed"] = secret => JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        ["JSON, every character"] = secret => string.Concat(secret.Select(c => $"\\u{(int)c:x4}")),
        ["HTML"] = WebUtility.HtmlEncode,
        ["other case"] = secret => string.Concat(secret.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        ["backwards"] = secret => string.Concat(secret.Reverse()),
        ["as a basic credential"] = secret => Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + secret)).TrimEnd('=')[8..^1],
        ["without its last characters"] = secret => secret[..^6],
    };

    public LeakSearch Add(string name, string secret)
    {
        Assert.True(secret.Length >= 16, "A short secret is found by chance.");
        foreach (var (form, write) in Forms)
            _forms.Add(($"{name}, {form}", write(secret)));

        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
            _bytes.Add(($"{name}, {encoding.WebName}", encoding.GetBytes(secret)));

        return this;
    }

    /// <summary>The names of the secrets and forms that a text has; none if it has no secret.</summary>
    public IEnumerable<string> FindIn(string text) => _forms.Where(form => text.Contains(form.Text, StringComparison.OrdinalIgnoreCase)).Select(form => form.Name);

    /// <summary>The same for the bytes of a file, whatever its format.</summary>
    public IEnumerable<string> FindIn(byte[] bytes) =>
        _bytes.Where(form => bytes.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => form.Name).Concat(FindIn(Encoding.Latin1.GetString(bytes)));

    // The characters that depend on the neighbours of the secret are left out.
    private static string Base64(string secret, int offset)
    {
        var encoded = Convert.ToBase64String([.. new byte[offset], .. Encoding.UTF8.GetBytes(secret)]).TrimEnd('=');
        return encoded[(offset == 0 ? 0 : offset + 1)..^1];
    }
}
