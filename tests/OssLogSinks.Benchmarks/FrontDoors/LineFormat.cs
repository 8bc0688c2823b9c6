namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>What an event becomes.</summary>
internal enum LineFormat
{
    /// <summary>A line of text, with the exception on more lines.</summary>
    Text,

    /// <summary>Compact JSON.</summary>
    Clef,
}
