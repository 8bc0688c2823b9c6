namespace OssLogSinks.Intake.Rendering;

/// <summary>What a text layout says about all events that it renders.</summary>
internal static class TextShape
{
    /// <summary>Whether the text that a layout begins with, before its first place for a value, is the beginning of a JSON object.</summary>
    /// <returns>Null if the layout begins with a value, so that only each event can tell.</returns>
    public static bool? IsJson(string beginning)
    {
        if (beginning.Length == 0)
            return null;
        if (beginning[0] != '{')
            return false;

        var first = beginning.AsSpan(1).TrimStart();
        return first.Length > 0 && first[0] is '"' or '}';
    }
}
