namespace OssLogSinks.Emulator;

/// <summary>On which side of the commit something happens.</summary>
public enum FaultMoment
{
    /// <summary>The request has been read, nothing is written.</summary>
    BeforeCommit,

    /// <summary>The request is carried out, the answer not sent.</summary>
    AfterCommit,
}
