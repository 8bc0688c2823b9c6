namespace OssLogSinks.Emulator.Faults;

/// <summary>The kinds of random faults.</summary>
[Flags]
public enum FaultKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Closes the connection; nothing is written.</summary>
    DropBefore = 1,

    /// <summary>Writes, then closes the connection without an answer.</summary>
    DropAfter = 2,

    /// <summary>Closes the connection and writes some milliseconds later, if the position is still right.</summary>
    CommitLater = 4,

    /// <summary>Answers 500 InternalError; nothing is written.</summary>
    ErrorBefore = 8,

    /// <summary>Writes, then answers 500 InternalError.</summary>
    ErrorAfter = 16,

    /// <summary>Answers 503 ServiceUnavailable; nothing is written.</summary>
    Unavailable = 32,

    /// <summary>Answers 429 QpsLimitExceeded; nothing is written.</summary>
    TooManyRequests = 64,

    /// <summary>Answers 502 without a body, like a gateway, before or after writing.</summary>
    BadGateway = 128,

    /// <summary>Pauses for some milliseconds, before or after writing.</summary>
    Delay = 256,

    /// <summary>Closes the connection while the body arrives; nothing is written.</summary>
    ResetInBody = 512,

    /// <summary>
    /// Writes, then answers an error with a code: 503 ServiceUnavailable, 400 RequestTimeout, 429 QpsLimitExceeded or 409 StaleFile.
    /// </summary>
    CodedErrorAfter = 1024,

    /// <summary>Answers a gateway's page without OSS headers, before or after writing: 403, 404, 413, 500, 503 or 504.</summary>
    GatewayPage = 2048,

    /// <summary>
    /// Writes, then seals the object, converts it to a Normal one or puts it under retention, and closes the connection without an answer.
    /// </summary>
    KindChange = 4096,

    /// <summary>Carries the request out twice, like a proxy that repeats it, and sends the second answer.</summary>
    DeliveredTwice = 8192,

    /// <summary>Cuts off the body of a read.</summary>
    CutAnswer = 16384,

    /// <summary>Continues the body of a read after its end.</summary>
    EndlessAnswer = 32768,

    /// <summary>Answers 403 RequestTimeTooSkewed, usually with wrong times; nothing is written.</summary>
    LyingClock = 65536,

    /// <summary>All kinds.</summary>
    All = 131071,

    /// <summary>
    /// All but <see cref="DeliveredTwice"/>: if several writers share an object, a writer cannot distinguish a second copy of its own request
    /// from another writer's append.
    /// </summary>
    AllForSharedObjects = All & ~DeliveredTwice,
}
