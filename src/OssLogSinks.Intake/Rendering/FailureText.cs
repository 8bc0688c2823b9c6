using System.Globalization;

namespace OssLogSinks.Intake.Rendering;

/// <summary>Text written instead of a value whose own code throws; the event is still stored.</summary>
internal static class FailureText
{
    /// <summary>An exception's text; if it throws, a message for that.</summary>
    public static string Of(Exception exception)
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

    /// <summary>A value's text in a format of <see cref="string.Format(IFormatProvider, string, object)"/>; if it throws, a message for that.</summary>
    public static string OfValue(object? value, string format = "{0}")
    {
        try
        {
            return string.Format(CultureInfo.InvariantCulture, format, value);
        }
        catch (Exception failure)
        {
            return Of(value, failure);
        }
    }

    /// <summary>The text that a function gives; null if it throws.</summary>
    public static string? OrNull(Func<string?> text)
    {
        try
        {
            return text();
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>The text for a value whose code threw.</summary>
    public static string Of(object? value, Exception failure) => $"[{value?.GetType().FullName}.ToString() failed: {MessageOf(failure)}]";

    /// <summary>The text for a part of a template that could not be rendered.</summary>
    public static string OfPlace(Exception failure) => $"[Rendering failed: {MessageOf(failure)}]";

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
