using System.Globalization;
using System.Text;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;

namespace OssLogSinks.Emulator.Operations;

/// <summary>Both list operations; they differ in paging and in a few names.</summary>
internal static class ListOperations
{
    private const int DefaultMaxKeys = 100;
    private const int MaxMaxKeys = 1000;

    public static OssReply List(Bucket bucket, OssRequest request)
    {
        var query = request.Query;
        if (query["encoding-type"] is not (null or "url"))
            return OssErrors.InvalidArgument("encoding-type", query["encoding-type"]);

        var text = query["max-keys"] ?? "";
        var maxKeys = DefaultMaxKeys;
        if (text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out maxKeys) || maxKeys is < 1 or > MaxMaxKeys))
            return OssErrors.InvalidArgument("max-keys", text);

        var isV2 = request.Operation == OssOperation.ListObjectsV2;
        var after = isV2 ? query["start-after"] ?? "" : query["marker"] ?? "";
        if (isV2 && query["continuation-token"] is { Length: > 0 } token)
        {
            if (TryReadToken(token) is not { } resumed)
                return OssErrors.InvalidArgument("continuation-token", token);

            after = resumed;
        }

        var page = ListPage.Take(bucket, new ListQuery(query["prefix"] ?? "", query["delimiter"] ?? "", after, maxKeys));
        return OssReply.Xml(new ListDocument(request, page, maxKeys).Render(bucket.Name));
    }

    public static string WriteToken(string last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(last));

    private static string? TryReadToken(string token)
    {
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
