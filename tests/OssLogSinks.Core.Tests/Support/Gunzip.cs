using System.IO.Compression;

namespace OssLogSinks.Core.Tests.Support;

/// <summary>Reads what compressed objects hold, member after member.</summary>
internal static class Gunzip
{
    /// <summary>What a reader finds who goes by the key.</summary>
    public static byte[] Text(string key, byte[] bytes) => key.EndsWith(".gz", StringComparison.Ordinal) ? Of(bytes) : bytes;

    public static byte[] Of(byte[] bytes)
    {
        using var text = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        gzip.CopyTo(text);
        return text.ToArray();
    }

    public static byte[] Member(byte[] text, CompressionLevel level)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, level))
            gzip.Write(text);
        return bytes.ToArray();
    }
}
