using System.Text;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Operations;

/// <summary>The rules for names of buckets and objects.</summary>
internal static class ResourceNames
{
    private const int MaxKeyBytes = 1023;

    public static bool IsBucketName(string name) =>
        name.Length is >= 3 and <= 63
        && name[0] != '-'
        && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    public static OssError? CheckKey(string? key)
    {
        if (string.IsNullOrEmpty(key))
            return OssErrors.InvalidObjectName("") with { Message = "The Length of Object name must be greater than 0." };

        if (Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
            return OssErrors.InvalidObjectName(key) with { Message = "The Length of Object name must be less than 1024." };

        return key[0] is '/' or '\\' ? OssErrors.InvalidObjectName(key) : null;
    }
}
