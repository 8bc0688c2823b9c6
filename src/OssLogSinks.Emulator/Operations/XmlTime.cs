using System.Globalization;

namespace OssLogSinks.Emulator.Operations;

/// <summary>An instant as XML answers write it.</summary>
internal static class XmlTime
{
    public static string Render(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
}
