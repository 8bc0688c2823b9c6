using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Client;

/// <summary>
/// The parts of a request that no message may repeat: secrets, signature and body. A foreign text that contains a piece of them is not
/// quoted at all, since masking would have to find the exact ends of the piece in every encoding.
/// </summary>
internal sealed class SentContent
{
    // Shorter pieces reveal nothing, and ordinary text contains them by chance.
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

    // In upper case: the secrets as they are, and all forms of them, reduced to letters and digits.
    private readonly string _exact;
    private readonly string _letters;
    private readonly ReadOnlySequence<byte> _body;

    public SentContent(OssRequest request, HttpRequestMessage message, OssCredentials credentials)
    {
        Operation = request.Operation;
        _body = request.Body ?? ReadOnlySequence<byte>.Empty;
        string?[] all = [credentials.AccessKeySecret.Reveal(), credentials.SecurityToken?.Reveal(), SignatureOf(message)];
        var secrets = all.OfType<string>().Where(secret => secret.Length >= SecretPiece).ToList();
        _exact = string.Join("\n", secrets).ToUpperInvariant();
        _letters = string.Join("\n", secrets.SelectMany(FormsOf).Select(LettersOf)).ToUpperInvariant();
    }

    /// <summary>The operation's name, for messages.</summary>
    public string Operation { get; }

    /// <summary>Whether a short text contains a piece of a secret or of the body.</summary>
    public bool IsEchoedIn(string text) => AreSecretsEchoedIn(text) || SharesPiece(Encoding.UTF8.GetBytes(text), _body);

    /// <summary>Whether a text contains a piece of a secret, plain or in any common encodings, also nested ones.</summary>
    /// <remarks>
    /// Compares the text as it is, and once more its letters and digits only: line breaks, a blank for '+' or '-' for '/' must not hide a secret.
    /// </remarks>
    public bool AreSecretsEchoedIn(string text) =>
        LayersOf(text).Any(layer => SharesPiece(layer.ToUpperInvariant(), _exact) || SharesPiece(LettersOf(layer).ToUpperInvariant(), _letters));

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

        // In base64 a text has three forms, by its offset; the characters that depend on its neighbours are left out.
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
            if (secrets.AsSpan().IndexOf(text.AsSpan(i, SecretPiece)) >= 0)
                return true;
        }

        return false;
    }

    // The body and, if it was compressed here, its text: a server can decompress it too.
    private static bool SharesPiece(byte[] text, ReadOnlySequence<byte> body)
    {
        if (text.Length < BodyPiece || body.Length < BodyPiece)
            return false;

        var search = new PieceSearch(text);
        foreach (var segment in body)
        {
            if (search.FindsOneIn(segment.Span))
                return true;
        }

        return IsGzip(body.First.Span) && SharesPieceOfText(text, body);
    }

    private static bool IsGzip(ReadOnlySpan<byte> body) => body.Length > 2 && body[0] == 0x1F && body[1] == 0x8B;

    private static bool SharesPieceOfText(byte[] text, ReadOnlySequence<byte> body)
    {
        var search = new PieceSearch(text);
        var buffer = new byte[16 << 10];
        try
        {
            using var unzipped = new GZipStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
            int count;
            while ((count = unzipped.Read(buffer, 0, buffer.Length)) > 0)
            {
                if (search.FindsOneIn(buffer.AsSpan(0, count)))
                    return true;
            }
        }
        catch (InvalidDataException)
        {
            // The body only begins as gzip does.
        }

        return false;
    }

    /// <summary>Looks up the latest 16 bytes of a body, as two numbers, among those of a text. One pass over each.</summary>
    private sealed class PieceSearch
    {
        private readonly HashSet<(ulong, ulong)> _pieces = [];
        private readonly bool[] _ends = new bool[1 << 16];
        private Window _window;
        private long _read;

        public PieceSearch(byte[] text)
        {
            var window = default(Window);
            for (var i = 0; i < text.Length; i++)
            {
                window.Add(text[i]);
                if (i >= BodyPiece - 1)
                {
                    _pieces.Add((window.High, window.Low));
                    _ends[(ushort)window.Low] = true;
                }
            }
        }

        /// <summary>Goes on with the next bytes of the body.</summary>
        public bool FindsOneIn(ReadOnlySpan<byte> bytes)
        {
            foreach (var value in bytes)
            {
                _window.Add(value);
                if (++_read >= BodyPiece && _ends[(ushort)_window.Low] && _pieces.Contains((_window.High, _window.Low)))
                    return true;
            }

            return false;
        }
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
