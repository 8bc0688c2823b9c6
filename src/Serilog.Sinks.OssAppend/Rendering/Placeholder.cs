using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>What stands for something that cannot be shown because its own code throws: its event is stored all the same.</summary>
internal static class Placeholder
{
    /// <summary>An exception's text; where there is none, the words that Serilog has for it.</summary>
    public static string TextOf(Exception exception)
    {
        try
        {
            return exception.ToString() ?? "";
        }
        catch (Exception failure)
        {
            return $"[Exception.ToString() failed: {MessageOf(failure)}] Original exception type: {exception.GetType().FullName}";
        }
    }

    /// <summary>For a value.</summary>
    public static string For(object? value, Exception failure)
    {
        var shown = value is ScalarValue scalar ? scalar.Value : value;
        return $"[{shown?.GetType().FullName}.ToString() failed: {MessageOf(failure)}]";
    }

    /// <summary>For a place of a template.</summary>
    public static string ForPlace(Exception failure) => $"[Rendering failed: {MessageOf(failure)}]";

    private static string MessageOf(Exception failure)
    {
        try
        {
            return failure.Message;
        }
        catch (Exception)
        {
            return failure.GetType().FullName!;
        }
    }
}
