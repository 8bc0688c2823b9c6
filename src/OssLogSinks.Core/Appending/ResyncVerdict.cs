using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Appending;

/// <summary>What a resync found out about an append.</summary>
internal abstract record ResyncVerdict
{
    /// <summary>The append stands in the object, which now ends at <paramref name="Position"/>.</summary>
    /// <param name="Position">The object's end.</param>
    /// <param name="TakesAppends">Whether the object takes more.</param>
    public sealed record AlreadyStored(AppendPosition Position, bool TakesAppends) : ResyncVerdict;

    /// <summary>The append does not stand in the object; it is to be sent at <paramref name="Position"/>.</summary>
    /// <param name="Position">The object's end.</param>
    /// <param name="IsFenced">Whether a copy that is still travelling can no longer land.</param>
    public sealed record AppendAt(AppendPosition Position, bool IsFenced) : ResyncVerdict;

    /// <summary>The append does not stand in the object, which takes no more: it goes to the next one.</summary>
    public sealed record RollOver : ResyncVerdict;

    /// <summary>The question got no answer; ask again later.</summary>
    /// <param name="Failure">Why.</param>
    public sealed record Unknown(AppendOutcome Failure) : ResyncVerdict;
}
