using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace OssLogSinks.Emulator.Page;

/// <summary>Sends the answers of the page's API.</summary>
internal static class PageReply
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public static Task JsonAsync(HttpContext context, object value, int status = 200)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, value.GetType(), Json, context.RequestAborted);
    }

    public static Task ErrorAsync(HttpContext context, int status, params IReadOnlyList<string> errors) => JsonAsync(context, new { errors }, status);
}
