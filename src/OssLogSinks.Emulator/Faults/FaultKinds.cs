namespace OssLogSinks.Emulator.Faults;

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

    /// <summary>Write, then refuse with a code: 503 ServiceUnavailable, 400 RequestTimeout, 429 QpsLimitExceeded or 409 StaleFile.</summary>
    CodedErrorAfter = 1024,

    /// <summary>A gateway's page without anything of OSS: 403, 404, 413, 500, 503 or 504; written or not.</summary>
    GatewayPage = 2048,

    /// <summary>Write, then seal the object, convert it to a Normal one or put it under retention, and close the connection without an answer.</summary>
    KindChange = 4096,

    /// <summary>Carry the request out twice, as a proxy does that repeats it, and give the second answer.</summary>
    DeliveredTwice = 8192,

    /// <summary>The body of a read breaks off.</summary>
    CutAnswer = 16384,

    /// <summary>The body of a read goes on behind its end.</summary>
    EndlessAnswer = 32768,

    /// <summary>403 RequestTimeTooSkewed that tells a time which is not true, with nothing written.</summary>
    LyingClock = 65536,

    /// <summary>All of them.</summary>
    All = 131071,

    /// <summary>All but <see cref="DeliveredTwice"/>: where several writers share an object, none can tell a second copy of its own request from another's append.</summary>
    AllForSharedObjects = All & ~DeliveredTwice,
}
