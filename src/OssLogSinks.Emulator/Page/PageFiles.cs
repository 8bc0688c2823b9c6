using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace OssLogSinks.Emulator.Page;

/// <summary>The page's files, embedded in the assembly.</summary>
internal sealed class PageFiles
{
    private const string Folder = "page/";

    private readonly FrozenDictionary<string, byte[]> _files = Load();

    public async Task SendAsync(HttpContext context, string name)
    {
        var file = name.Length == 0 ? "index.html" : name;
        if (!_files.TryGetValue(file, out var bytes))
        {
            await PageReply.ErrorAsync(context, 404, "There is no such page.").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = TypeOf(file);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Folder.Length..], name => Read(assembly.GetManifestResourceStream(name)!), StringComparer.Ordinal);
    }

    private static byte[] Read(Stream stream)
    {
        using (stream)
        {
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }
}
