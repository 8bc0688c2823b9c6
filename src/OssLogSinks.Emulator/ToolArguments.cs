using System.Globalization;

namespace OssLogSinks.Emulator;

/// <summary>Parses the tool's command line: pairs of a name and a value.</summary>
internal static class ToolArguments
{
    public const string Usage =
        "Usage: OssLogSinks.Emulator [--port N] [--bucket NAME]... [--access-key-id ID] [--access-key-secret SECRET] [--region ID]\n";

    public static bool TryParse(string[] arguments, OssEmulatorOptions options)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || !TryApply(arguments[i], arguments[i + 1], options))
                return false;
        }

        return true;
    }

    private static bool TryApply(string name, string value, OssEmulatorOptions options)
    {
        switch (name)
        {
            case "--port" when ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port):
                options.Port = port;
                return true;
            case "--bucket":
                options.Buckets.Add(value);
                return true;
            case "--access-key-id":
                options.AccessKeyId = value;
                return true;
            case "--access-key-secret":
                options.AccessKeySecret = value;
                return true;
            case "--region":
                options.Region = value;
                return true;
            default:
                return false;
        }
    }
}
