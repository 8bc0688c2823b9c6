using System.Globalization;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Operations;

/// <summary>AppendObject and SealAppendObject: each compares a position with the length and acts in one atomic step.</summary>
internal sealed class AppendOperations(IOperationSettings settings, EmulatorClock clock)
{
    public OssReply Append(Bucket bucket, OssRequest request, RequestBody body)
    {
        var (position, error) = PositionOf(request);
        error ??= ContentDigest.CheckForm(request);
        (var attributes, var attributeError) = AttributeReader.Read(request);
        if ((error ?? attributeError) is { } refusal)
            return refusal;

        var damaged = ContentDigest.Check(request, body);
        var slot = bucket.Slot(request.Key!);
        var order = new AppendOrder(position, body, clock.UtcNow)
        {
            Attributes = attributes!,
            MaxLength = settings.MaxAppendableSize,
            CheckOnly = damaged is not null,
        };
        var (verdict, state) = slot.Append(order);
        if (verdict != AppendVerdict.Done)
            return ErrorOf(verdict, state, request.Key!);

        return damaged is not null
            ? damaged
            : new OssReply(200).SetContent(state!).SetAll(state!.Attributes.Encryption).Set(OssHeader.VersionId, bucket.IsVersioned ? "null" : null);
    }

    public OssReply Seal(Bucket bucket, OssRequest request)
    {
        var (position, error) = PositionOf(request);
        if (error is not null || !settings.SealEnabled)
            return error ?? OssErrors.SealNotSupported;

        var (verdict, state) = bucket.Find(request.Key!)?.Seal(position, clock.UtcNow) ?? (AppendVerdict.Absent, null);
        return verdict == AppendVerdict.Done
            ? new OssReply(200).Set(OssHeader.SealedTime, state!.SealedAt!.Value.ToString("r", CultureInfo.InvariantCulture))
            : ErrorOf(verdict, state, request.Key!);
    }

    private static (long? Position, OssError? Error) PositionOf(OssRequest request)
    {
        if (request.Query["versionId"] is { } version)
            return (null, OssErrors.InvalidArgument("versionId", version, "0016-00000504"));

        if (request.Query["position"] is not { } text)
            return (null, OssErrors.MissingArgument("position", "0016-00000501"));

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? (position, null)
            : (null, OssErrors.InvalidArgument("position", text, "0016-00000502"));
    }

    private OssError ErrorOf(AppendVerdict verdict, ObjectState? state, string key) => verdict switch
    {
        AppendVerdict.NotAppendable => OssErrors.ObjectNotAppendable,
        AppendVerdict.Sealed => OssErrors.AppendSealed(settings.AppendAfterSealStatus),
        AppendVerdict.Immutable => OssErrors.FileImmutable,
        AppendVerdict.TooLarge => OssErrors.EntityTooLarge,
        AppendVerdict.Absent => OssErrors.NoSuchKey(key),
        _ => OssErrors.PositionNotEqualToLength(state?.Length ?? 0),
    };
}
