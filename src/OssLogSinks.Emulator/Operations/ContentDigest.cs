using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Operations;

/// <summary>Checks Content-MD5 against the body that arrived.</summary>
internal static class ContentDigest
{
    private const string Header = "Content-MD5";

    public static OssError? CheckForm(OssRequest request) =>
        request.Header(Header) is { } text && Decode(text) is null ? OssErrors.MalformedDigest : null;

    public static OssError? Check(OssRequest request, RequestBody body) =>
        request.Header(Header) is not { } text || Decode(text)!.AsSpan().SequenceEqual(body.Md5) ? null : OssErrors.DigestMismatch;

    private static byte[]? Decode(string text)
    {
        var digest = new byte[24];
        return Convert.TryFromBase64String(text, digest, out var length) && length == 16 ? digest[..16] : null;
    }
}
