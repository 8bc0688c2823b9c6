using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Tests.Hostile;

/// <summary>Which requests a hostile server answers as it likes; the others it passes on, or loses.</summary>
public enum HostileTarget
{
    /// <summary>Every connection, before a request is read.</summary>
    Connection,

    /// <summary>Every request.</summary>
    Any,

    /// <summary>Appends. The emulator answers the other requests.</summary>
    Append,

    /// <summary>The HEADs after the first append. Appends get no answer.</summary>
    Head,

    /// <summary>The GETs that read an append back. The append is stored without an answer, and HEAD tells no CRC-64.</summary>
    Get,
}

/// <summary>One answer of a server that is broken, or that somebody made to do harm.</summary>
/// <param name="Name">What it is, for the test's name.</param>
/// <param name="Target">Which requests get it.</param>
/// <param name="Serve">Sends it.</param>
/// <param name="Kinds">The kinds of failure that may be reported for it; none if it is no failure.</param>
internal sealed record HostileAnswer(string Name, HostileTarget Target, Func<HostileExchange, Task> Serve, params OssFailureKind[] Kinds)
{
    /// <summary>Whether only the client's time limit ends it.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Whether it is a refusal that OSS gives before it writes. Such a refusal is believed, so the append must not be stored.</summary>
    public bool IsBelieved { get; init; }

    /// <summary>Whether the client speaks TLS to it.</summary>
    public bool IsTls { get; init; }

    /// <summary>A part of the report; null if the kind says enough.</summary>
    public string? Says { get; init; }

    public override string ToString() => Name;

    /// <summary>A text, in which <see cref="HostileExchange.Fill"/> replaces names in braces.</summary>
    public static HostileAnswer Text(string name, HostileTarget target, string text, params OssFailureKind[] kinds) =>
        new(name, target, exchange => exchange.SendAsync(exchange.Fill(text)), kinds);
}

/// <summary>A connection to a hostile server, and the request that came on it.</summary>
internal sealed partial class HostileExchange(Socket socket, Stream stream, string elsewhere, CancellationToken cancel)
{
    private static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(20);

    public Stream Stream => stream;

    public CancellationToken Cancel => cancel;

    /// <summary>The request's head; empty before it was read.</summary>
    public string Head { get; set; } = "";

    public long BodyLength { get; set; }

    /// <summary>How many bytes of an endless answer went out before the client hung up.</summary>
    public long BytesTaken { get; private set; }

    public bool IsHead => Head.StartsWith("HEAD ", StringComparison.Ordinal);

    public bool IsAppend => Head.StartsWith("POST ", StringComparison.Ordinal);

    public bool IsGet => Head.StartsWith("GET ", StringComparison.Ordinal);

    public long Position => PositionOf().Match(Head) is { Success: true } match ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    /// <summary>The client's Authorization header, to echo it.</summary>
    public string Authorization => AuthorizationOf().Match(Head) is { Success: true } match ? match.Groups[1].Value : "none";

    public string Fill(string text) => text
        .Replace("{id}", "x-oss-request-id: 5C3D9175B6FC201293AD0001", StringComparison.Ordinal)
        .Replace("{next}", Number(Position + BodyLength), StringComparison.Ordinal)
        .Replace("{past}", Number(Position + BodyLength + 1), StringComparison.Ordinal)
        .Replace("{before}", Number(Position), StringComparison.Ordinal)
        .Replace("{elsewhere}", elsewhere, StringComparison.Ordinal)
        .Replace("{authorization}", Authorization, StringComparison.Ordinal)
        .Replace("\n", "\r\n", StringComparison.Ordinal);

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        await stream.WriteAsync(bytes, cancel);
        await stream.FlushAsync(cancel);
    }

    /// <summary>Sends a piece again and again, until the client hangs up.</summary>
    public async Task RepeatAsync(string piece)
    {
        var bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(piece, Math.Max(1, 16384 / piece.Length))));
        while (true)
        {
            await stream.WriteAsync(bytes, cancel);
            BytesTaken += bytes.Length;
        }
    }

    /// <summary>Sends character by character, with a pause after each, until the client hangs up.</summary>
    public async Task DripAsync(string text)
    {
        for (var i = 0; ; i = (i + 1) % text.Length)
        {
            await SendAsync(text[i..(i + 1)]);
            await Task.Delay(DripPause, cancel);
        }
    }

    /// <summary>Says nothing until the client hangs up.</summary>
    public async Task SilenceAsync()
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancel) > 0)
        {
        }
    }

    /// <summary>Resets the connection.</summary>
    public Task ResetAsync()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return Task.CompletedTask;
    }

    /// <summary>Ends the answer, and waits until the client has read it: a socket closed with unread bytes resets its connection.</summary>
    public async Task EndAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        await SilenceAsync();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("[?&]position=([0-9]+)")]
    private static partial Regex PositionOf();

    [GeneratedRegex("\r\nAuthorization: ([^\r]+)", RegexOptions.IgnoreCase)]
    private static partial Regex AuthorizationOf();
}
