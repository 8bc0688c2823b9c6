using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Text written instead of a value whose own code throws; the event is still stored.</summary>
internal static class Placeholder
{
    /// <summary>An exception's text; if it throws, Serilog's message for that.</summary>
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

    /// <summary>For a part of a template.</summary>
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
