using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Client;

/// <summary>
/// What a request carried that no message may repeat: the secrets that signed it, its signature and its body. Foreign text with a
/// piece of it is not quoted at all: blacking the piece out would have to find its every edge, in every encoding.
/// </summary>
internal sealed class SentContent
{
    // Shorter pieces tell nothing, and honest text would share them by chance.
    private const int SecretPiece = 8;
    private const int BodyPiece = 16;
    private const int MostLayers = 8;

    private static readonly Regex JsonEscape = new(@"\\(u(?<code>[0-9a-fA-F]{4})|x(?<code>[0-9a-fA-F]{2}))", RegexOptions.CultureInvariant);

    private static readonly Func<string, string>[] Decoders =
    [
        Uri.UnescapeDataString,
        text => WebUtility.HtmlDecode(text).Replace("&plus;", "+").Replace("&sol;", "/").Replace("&equals;", "=").Replace("&percnt;", "%"),
        text => JsonEscape.Replace(text, match => ((char)int.Parse(match.Groups["code"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()),
    ];

    private readonly string?[] _secrets;
    private readonly ReadOnlySequence<byte> _body;

    /// <param name="request">What was sent.</param>
    /// <param name="message">As which message.</param>
    /// <param name="credentials">What it was signed with.</param>
    public SentContent(OssRequest request, HttpRequestMessage message, OssCredentials credentials)
    {
        Operation = request.Operation;
        _body = request.Body ?? ReadOnlySequence<byte>.Empty;
        _secrets = [credentials.AccessKeySecret.Reveal(), credentials.SecurityToken?.Reveal(), SignatureOf(message)];
    }

    /// <summary>The operation's name, for messages.</summary>
    public string Operation { get; }

    /// <summary>Whether a text has a piece of a secret or of the body in it. For short texts: the work grows with their length.</summary>
    public bool IsEchoedIn(string text) => AreSecretsEchoedIn(text) || SharesPiece(Encoding.UTF8.GetBytes(text), _body);

    /// <summary>Whether a text has a piece of a secret in it, plain or in any common encoding, one over another, or cut.</summary>
    public bool AreSecretsEchoedIn(string text)
    {
        var secrets = _secrets.OfType<string>().Where(secret => secret.Length >= SecretPiece).ToList();

        // As they are; and without all that is no letter or digit, which lines, blanks in place of '+' or '-' for '/' do not hide.
        var exact = string.Join("\n", secrets).ToUpperInvariant();
        var letters = string.Join("\n", secrets.SelectMany(FormsOf).Select(LettersOf)).ToUpperInvariant();
        return LayersOf(text).Any(layer => SharesPiece(layer.ToUpperInvariant(), exact) || SharesPiece(LettersOf(layer).ToUpperInvariant(), letters));
    }

    // V4 ends with 'Signature=…', V1 with ':…'.
    private static string? SignatureOf(HttpRequestMessage message)
    {
        var header = message.Headers.TryGetValues("Authorization", out var values) ? values.FirstOrDefault() : null;
        const string Name = "Signature=";
        var start = header?.LastIndexOf(Name, StringComparison.Ordinal) is { } at and >= 0 ? at + Name.Length : (header?.LastIndexOf(':') ?? -1) + 1;
        return start > 0 ? header![start..] : header;
    }

    private static IEnumerable<string> FormsOf(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return BitConverter.ToString(bytes);

        // In base64 the same text looks different with each of three offsets from the beginning; what its neighbours change is left out.
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
            yield return encoded.Substring(offset == 0 ? 0 : offset + 1, encoded.Length - (offset == 0 ? 0 : offset + 1) - 1);
        }
    }

    private static IEnumerable<string> LayersOf(string text)
    {
        yield return text;
        for (var i = 0; i < MostLayers; i++)
        {
            var before = text;
            foreach (var decode in Decoders)
            {
                var decoded = decode(text);
                if (decoded != text)
                    yield return text = decoded;
            }

            if (text == before)
                yield break;
        }
    }

    private static string LettersOf(string text) => string.Concat(text.Where(char.IsLetterOrDigit));

    private static bool SharesPiece(string text, string secrets)
    {
        for (var i = 0; i + SecretPiece <= text.Length; i++)
        {
            if (secrets.Contains(text.Substring(i, SecretPiece)))
                return true;
        }

        return false;
    }

    // One pass over the body, whatever its length: its latest 16 bytes as two numbers, looked up among those of the text.
    private static bool SharesPiece(byte[] text, ReadOnlySequence<byte> body)
    {
        if (text.Length < BodyPiece || body.Length < BodyPiece)
            return false;

        var pieces = new HashSet<(ulong, ulong)>();
        var ends = new bool[1 << 16];
        var window = default(Window);
        for (var i = 0; i < text.Length; i++)
        {
            window.Add(text[i]);
            if (i >= BodyPiece - 1)
            {
                pieces.Add((window.High, window.Low));
                ends[(ushort)window.Low] = true;
            }
        }

        window = default;
        var read = 0L;
        foreach (var segment in body)
        {
            foreach (var value in segment.Span)
            {
                window.Add(value);
                if (++read >= BodyPiece && ends[(ushort)window.Low] && pieces.Contains((window.High, window.Low)))
                    return true;
            }
        }

        return false;
    }

    private struct Window
    {
        public ulong High;
        public ulong Low;

        public void Add(byte value)
        {
            High = (High << 8) | (Low >> 56);
            Low = (Low << 8) | value;
        }
    }
}
