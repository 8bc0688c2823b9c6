namespace OssLogSinks.Core.Tests.Model;

/// <summary>One line of a script. Prints as the C# that a replay takes.</summary>
/// <param name="Writer">The writer that it happens to, or at whose object.</param>
/// <param name="What">What happens.</param>
internal readonly record struct RequestFault(int Writer, What What)
{
    public static implicit operator RequestFault((int Writer, What What) line) => new(line.Writer, line.What);

    public override string ToString() => $"({Writer}, {What})";
}

/// <summary>What can happen. Up to <see cref="IsDamaged"/> it happens to the writer's next request, of whatever kind that is.</summary>
internal enum What
{
    /// <summary>The request is served and answered.</summary>
    Goes,

    /// <summary>The request never arrives.</summary>
    IsLost,

    /// <summary>The request is served, and its answer lost.</summary>
    AnswerIsLost,

    /// <summary>Nobody answers, and the request arrives when something <see cref="Lands"/>.</summary>
    IsLate,

    /// <summary>500, and nothing was done.</summary>
    FailsBefore,

    /// <summary>503 from a gateway, though the request was served.</summary>
    FailsAfter,

    /// <summary>503 with the service's code: nothing was done.</summary>
    IsThrottled,

    /// <summary>503 with the service's code, though the request was served.</summary>
    ThrottledAfter,

    /// <summary>400 RequestTimeout, though the request was served.</summary>
    TimedOutAfter,

    /// <summary>409 StaleFile, though the request was served.</summary>
    ConflictsAfter,

    /// <summary>403 AccessDenied, though the request was served: from a gateway, without a request id.</summary>
    DeniedByGatewayAfter,

    /// <summary>409 PositionNotEqualToLength, though the request was served: from a gateway, without a request id.</summary>
    MismatchByGatewayAfter,

    /// <summary>403 with a page of a gateway's, though the request was served.</summary>
    PageAfter,

    /// <summary>The request is served twice, and the second answer is the one that comes. On an object that others share it is served once.</summary>
    IsDeliveredTwice,

    /// <summary>403: nothing was done.</summary>
    IsDenied,

    /// <summary>A HEAD meets 404 without a code; anything else a refusal.</summary>
    IsNotFound,

    /// <summary>The request is served; the answer tells a CRC-64 that is not the object's.</summary>
    AnswersWrongCrc,

    /// <summary>An append's bytes are damaged on their way. Where the service tells no CRC-64 it refuses them.</summary>
    IsDamaged,

    /// <summary>Somebody else appends fewer bytes than the writer's last append has.</summary>
    ForeignWriterShorter,

    /// <summary>Somebody else appends as many bytes.</summary>
    ForeignWriterSameLength,

    /// <summary>Somebody else appends the very same bytes.</summary>
    ForeignWriterSameBytes,

    /// <summary>Somebody else appends more bytes.</summary>
    ForeignWriterLonger,

    /// <summary>Somebody else appends the same bytes and more.</summary>
    ForeignWriterSameBytesAndMore,

    /// <summary>Somebody else appends to the object after the writer's.</summary>
    ForeignWriterAtNext,

    /// <summary>The oldest append that still travels arrives, wherever it was sent.</summary>
    Lands,

    /// <summary>The newest one does.</summary>
    LandsNewest,

    /// <summary>The writer's object takes no more appends, and says so.</summary>
    IsSealed,

    /// <summary>The writer's object takes no more appends, and says so only to them.</summary>
    IsLocked,

    /// <summary>The writer's object becomes one of another kind, with the same bytes.</summary>
    IsConverted,

    /// <summary>The writer's object is deleted.</summary>
    IsDeleted,

    /// <summary>The writer's object is deleted and made again by somebody else, with other bytes and the same length.</summary>
    IsMadeAgain,

    /// <summary>The stream's first object is deleted.</summary>
    FirstIsDeleted,

    /// <summary>The writer's object is replaced by one that takes no appends.</summary>
    IsOverwritten,

    /// <summary>The writer's process dies and another goes on with what was not yet sent.</summary>
    Restarts,

    /// <summary>The retry time of the writer's batch is over.</summary>
    GivesUp,
}
