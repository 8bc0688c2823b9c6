namespace OssLogSinks.Core.Delivery;

/// <summary>Whether the spool took a record.</summary>
internal enum Acceptance
{
    /// <summary>It did.</summary>
    Accepted,

    /// <summary>There is no room now.</summary>
    Full,

    /// <summary>There is room, but not for more of a stream that OSS refuses.</summary>
    RefusedStreamFull,

    /// <summary>The spool takes nothing any more.</summary>
    Closed,
}
