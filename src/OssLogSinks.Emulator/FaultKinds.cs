namespace OssLogSinks.Emulator;

/// <summary>What random faults may do.</summary>
[Flags]
public enum FaultKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Close the connection, with nothing written.</summary>
    DropBefore = 1,

    /// <summary>Write, then close the connection without an answer.</summary>
    DropAfter = 2,

    /// <summary>Close the connection, and write some milliseconds later if the position still fits.</summary>
    CommitLater = 4,

    /// <summary>500 InternalError with nothing written.</summary>
    ErrorBefore = 8,

    /// <summary>Write, then answer 500 InternalError.</summary>
    ErrorAfter = 16,

    /// <summary>503 ServiceUnavailable with nothing written.</summary>
    Unavailable = 32,

    /// <summary>429 QpsLimitExceeded with nothing written.</summary>
    TooManyRequests = 64,

    /// <summary>502 without a body, as a gateway sends it; written or not.</summary>
    BadGateway = 128,

    /// <summary>A pause of some milliseconds, before or after writing.</summary>
    Delay = 256,

    /// <summary>Close the connection while the body is still coming in, with nothing written.</summary>
    ResetInBody = 512,

    /// <summary>All of them.</summary>
    All = 1023,
}
