namespace OssLogSinks.Emulator.Tool;

/// <summary>Uploads the files of a folder as appendable objects, so that a sink can continue them.</summary>
internal static class Preload
{
    /// <returns>The number of files that were uploaded; objects that exist stay as they are.</returns>
    public static int Run(string folder, string bucket, OssEmulator emulator)
    {
        var uploaded = 0;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal))
        {
            var key = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            if (emulator.FindObject(bucket, key) is not null)
                continue;

            emulator.AppendAsForeignWriter(bucket, key, File.ReadAllBytes(file));
            uploaded++;
        }

        return uploaded;
    }
}
