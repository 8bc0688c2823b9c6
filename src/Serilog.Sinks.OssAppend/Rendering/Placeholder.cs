using OssLogSinks.Intake.Rendering;
using Serilog.Events;

namespace Serilog.Sinks.OssAppend.Rendering;

/// <summary>Text written instead of a value whose own code throws; the event is still stored.</summary>
internal static class Placeholder
{
    /// <summary>The text for a value whose code threw.</summary>
    public static string For(object? value, Exception failure) => FailureText.Of(value is ScalarValue scalar ? scalar.Value : value, failure);
}
