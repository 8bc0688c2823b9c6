namespace OssLogSinks.Emulator.Faults;

/// <summary>Before or after the commit.</summary>
public enum FaultMoment
{
    /// <summary>The request has been read; nothing is written yet.</summary>
    BeforeCommit,

    /// <summary>The request is carried out; the answer is not sent yet.</summary>
    AfterCommit,
}

/// <summary>A change after which an object accepts no more appends, but keeps its bytes.</summary>
public enum ObjectChange
{
    /// <summary>The object is sealed.</summary>
    Seal,

    /// <summary>The object becomes a Normal object.</summary>
    Convert,

    /// <summary>The object is put under retention.</summary>
    Lock,
}
