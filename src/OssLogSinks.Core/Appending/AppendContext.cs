using System.IO.Compression;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Retry;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>What all streams of an appender share.</summary>
internal sealed class AppendContext
{
    private readonly OssObjectProperties _properties;
    private readonly OssObjectProperties _compressedProperties;
    private readonly ObjectFormat _plain;
    private readonly ObjectFormat _compressed;

    public AppendContext(AppendSettings settings, IOssClient client, RollingPolicy policy, DeliveryCounters counters, DeliveryReporter reporter)
    {
        Client = client;
        Policy = policy;
        Counters = counters;
        Reporter = reporter;
        Time = settings.Time;
        Bucket = settings.Bucket;
        Claims = settings.Claims;
        Sealer = settings.Sealing is { } schedule ? new ObjectSealer(client, reporter, schedule, Time) : null;
        Locator = new ObjectLocator(client, policy, settings.RollOnObjectSizeLimit, Sealer);
        Resync = new PositionResync(client, counters, Time, settings.RequestTimeout);
        // A copy, so that later changes to the user's dictionaries have no effect.
        _properties = settings.ObjectProperties with
        {
            Metadata = settings.ObjectProperties.Metadata.ToDictionary(e => e.Key, e => e.Value),
            Tags = settings.ObjectProperties.Tags.ToDictionary(e => e.Key, e => e.Value),
        };
        _compressedProperties = ObjectFormat.PropertiesOfCompressed(_properties);
        _plain = new ObjectFormat(OssCompression.None, settings.AppendSizeLimit) { Header = ObjectFormat.HeaderOf(settings.ObjectHeader) };
        _compressed = _plain with { Compression = OssCompression.Gzip, GzipLevel = settings.GzipLevel };
        SendContentMd5 = settings.SendContentMd5;
        RollOnObjectSizeLimit = settings.RollOnObjectSizeLimit;
    }

    public IOssClient Client { get; }

    public RollingPolicy Policy { get; }

    public DeliveryCounters Counters { get; }

    public DeliveryReporter Reporter { get; }

    /// <summary>The delivery that all this is part of.</summary>
    public DeliverySource Source => Reporter.Source;

    public TimeProvider Time { get; }

    public string Bucket { get; }

    /// <summary>Says which streams this process alone writes.</summary>
    public StreamClaims Claims { get; }

    /// <summary>Seals finished objects; null if they are left as they are.</summary>
    public ObjectSealer? Sealer { get; }

    public ObjectLocator Locator { get; }

    public PositionResync Resync { get; }

    public bool SendContentMd5 { get; }

    public bool RollOnObjectSizeLimit { get; }

    /// <summary>How the bytes of a stream's objects come about.</summary>
    public ObjectFormat FormatOf(StreamKey stream) => stream.Compression == OssCompression.Gzip ? _compressed : _plain;

    /// <summary>What objects of a format are created with.</summary>
    public OssObjectProperties PropertiesOf(ObjectFormat format) => format.Compression == OssCompression.Gzip ? _compressedProperties : _properties;
}

/// <summary>How an appender's objects are made and appended to.</summary>
internal sealed record AppendSettings
{
    public required TimeProvider Time { get; init; }

    /// <summary>The bucket; empty if only the client that is plugged in knows it.</summary>
    public required string Bucket { get; init; }

    /// <summary>Says which streams this process alone writes.</summary>
    public required StreamClaims Claims { get; init; }

    /// <summary>Pauses between tries to seal a finished object; null if finished objects are left as they are.</summary>
    public required RetrySchedule? Sealing { get; init; }

    /// <summary>Whether a full object is followed by the next sequence number.</summary>
    public required bool RollOnObjectSizeLimit { get; init; }

    /// <summary>How long one request may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>Headers that objects are created with.</summary>
    public required OssObjectProperties ObjectProperties { get; init; }

    /// <summary>The most bytes of an append, before compression.</summary>
    public required int AppendSizeLimit { get; init; }

    /// <summary>Text that each object begins with; null for none.</summary>
    public required string? ObjectHeader { get; init; }

    /// <summary>How hard gzip tries.</summary>
    public required CompressionLevel GzipLevel { get; init; }

    /// <summary>Whether each append carries its MD5.</summary>
    public required bool SendContentMd5 { get; init; }
}
