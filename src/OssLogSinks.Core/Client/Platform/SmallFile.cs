using System.Text;

namespace OssLogSinks.Core.Client.Platform;

/// <summary>Reads text files of others, which may be longer than they should be, or have no end, as devices do.</summary>
internal static class SmallFile
{
    /// <summary>Opens the file, reads it and closes it: a path may be a link that is exchanged.</summary>
    /// <param name="path">The path.</param>
    /// <param name="longest">The number of bytes that a right file has at most. No more than one byte beyond it is read.</param>
    /// <returns>The text; null if the file is longer.</returns>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read the file.</exception>
    public static string? Read(string path, int longest)
    {
        // Others may write it, rename it or delete it meanwhile.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var bytes = new byte[longest + 1];
        var length = 0;
        int count;
        while (length < bytes.Length && (count = file.Read(bytes, length, bytes.Length - length)) > 0)
            length += count;

        using var text = new StreamReader(new MemoryStream(bytes, 0, length), Encoding.UTF8);
        return length > longest ? null : text.ReadToEnd();
    }
}
