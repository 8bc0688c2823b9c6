using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Http;

/// <summary>Sends a reply, with the headers that every answer has.</summary>
internal sealed class ReplyWriter(IHttpSettings settings, EmulatorClock clock)
{
    // The limit of an endless body, in case the client never disconnects: no test may fill a disk.
    private const int LongestEndlessBody = 256 << 20;
    private static readonly byte[] Zeros = new byte[64 << 10];

    public async Task WriteAsync(HttpContext context, OssRequest request, OssReply reply, long started)
    {
        if (reply.Status == 0)
        {
            context.Abort();
            return;
        }

        var response = context.Response;
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            // A caller may request any text as a response header; control characters are not allowed in one.
            if (!value.Any(char.IsControl))
                response.Headers[name] = value;
        }

        if (!reply.IsForeign)
            SetCommonHeaders(response, request, started);

        var isHead = HttpMethods.IsHead(request.Method);
        var text = TextOf(response, request, reply, isHead);
        if (text is { Length: > 0 } && !isHead)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes).ConfigureAwait(false);
            return;
        }

        if (reply.Status is not (204 or 304) && (isHead || reply.End != BodyEnd.Endless))
            response.ContentLength = reply.ContentLength ?? 0;

        if (!isHead)
            await WriteBytesAsync(context, reply).ConfigureAwait(false);
    }

    private static async Task WriteBytesAsync(HttpContext context, OssReply reply)
    {
        var body = context.Response.Body;
        var left = reply.Bytes?.Sum(chunk => (long)chunk.Length) ?? 0;
        left -= reply.End == BodyEnd.Cut ? (left + 1) / 2 : 0;
        foreach (var chunk in reply.Bytes ?? [])
        {
            var part = chunk[..(int)Math.Min(chunk.Length, left)];
            await body.WriteAsync(part, context.RequestAborted).ConfigureAwait(false);
            left -= part.Length;
        }

        if (reply.End == BodyEnd.Cut)
        {
            await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            context.Abort();
        }

        for (var written = 0; reply.End == BodyEnd.Endless && written < LongestEndlessBody; written += Zeros.Length)
            await body.WriteAsync(Zeros, context.RequestAborted).ConfigureAwait(false);
    }

    private void SetCommonHeaders(HttpResponse response, OssRequest request, long started)
    {
        var headers = response.Headers;
        var elapsed = clock.TimeProvider.GetElapsedTime(started);
        headers.Server = "AliyunOSS";
        if (headers.Date.Count == 0)
            headers.Date = clock.UtcNow.ToString("r", CultureInfo.InvariantCulture);

        headers[OssHeader.RequestId] = request.RequestId;
        headers[OssHeader.ServerTime] = ((long)elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        if (request.Header("Connection")?.Contains("close", StringComparison.OrdinalIgnoreCase) != true)
            headers.Connection = "keep-alive";
    }

    // A HEAD error has no body: its document is sent base64-encoded in a header.
    private string? TextOf(HttpResponse response, OssRequest request, OssReply reply, bool isHead)
    {
        if (reply.Text is not null || reply.Error is null)
            return reply.Text;

        if (reply.Error.Ec is not null)
            response.Headers[OssHeader.ErrorCode] = reply.Error.Ec;

        var document = ErrorDocument.Render(reply.Error, request);
        response.Headers.ContentType = "application/xml";
        if (isHead && settings.HeadErrorDocuments)
            response.Headers[OssHeader.ErrorDocument] = Convert.ToBase64String(Encoding.UTF8.GetBytes(document));

        return document;
    }
}

/// <summary>The XML of an error answer.</summary>
internal static class ErrorDocument
{
    public static string Render(OssError error, OssRequest request)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n");
        xml.Element("Code", error.Code).Element("Message", error.Message);
        xml.Element("RequestId", request.RequestId).Element("HostId", request.Host);
        foreach (var (name, value) in error.Elements)
            xml.Element(name, value);

        if (error.Ec is not null)
            xml.Element("EC", error.Ec).Element("RecommendDoc", $"https://api.aliyun.com/troubleshoot?q={error.Ec}");

        return xml.Append("</Error>\n").ToString();
    }
}
