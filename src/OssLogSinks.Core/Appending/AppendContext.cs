using System.IO.Compression;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Retry;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Appending;

/// <summary>What all streams of an appender share. Immutable.</summary>
internal sealed class AppendContext
{
    private readonly OssObjectProperties _compressedProperties;
    private readonly ObjectFormat _plain;
    private readonly ObjectFormat _compressed;

    public AppendContext(AppendSettings settings, IOssClient client, RollingPolicy policy, DeliveryCounters counters, DeliveryReporter reporter)
    {
        // Copied, so that later changes to the user's dictionaries have no effect.
        Settings = settings with
        {
            ObjectProperties = settings.ObjectProperties with
            {
                Metadata = settings.ObjectProperties.Metadata.ToDictionary(e => e.Key, e => e.Value),
                Tags = settings.ObjectProperties.Tags.ToDictionary(e => e.Key, e => e.Value),
            },
        };
        Client = client;
        Policy = policy;
        Counters = counters;
        Reporter = reporter;
        Sealer = settings.Sealing is { } schedule ? new ObjectSealer(client, reporter, schedule, settings.Time) : null;
        Locator = new ObjectLocator(client, policy, Sealer);
        Resync = new PositionResync(client, counters, settings.Time, settings.RequestTimeout);
        _compressedProperties = ObjectFormat.PropertiesOfCompressed(Settings.ObjectProperties);
        _plain = new ObjectFormat(OssCompression.None, settings.AppendSizeLimit) { Header = ObjectFormat.HeaderOf(settings.ObjectHeader) };
        _compressed = _plain with { Compression = OssCompression.Gzip, GzipLevel = settings.GzipLevel };
    }

    public AppendSettings Settings { get; }

    public IOssClient Client { get; }

    public RollingPolicy Policy { get; }

    public DeliveryCounters Counters { get; }

    public DeliveryReporter Reporter { get; }

    /// <summary>Seals finished objects; null if they are not sealed.</summary>
    public ObjectSealer? Sealer { get; }

    public ObjectLocator Locator { get; }

    public PositionResync Resync { get; }

    /// <summary>The format of a stream's objects.</summary>
    public ObjectFormat FormatOf(StreamKey stream) => stream.Compression == OssCompression.Gzip ? _compressed : _plain;

    /// <summary>The properties that objects of a format are created with.</summary>
    public OssObjectProperties PropertiesOf(ObjectFormat format) =>
        format.Compression == OssCompression.Gzip ? _compressedProperties : Settings.ObjectProperties;
}

/// <summary>How objects are created and appended to.</summary>
internal sealed record AppendSettings
{
    public required TimeProvider Time { get; init; }

    /// <summary>The bucket; empty if only a custom client knows it.</summary>
    public required string Bucket { get; init; }

    public required StreamRegistry Streams { get; init; }

    /// <summary>Pauses between tries to seal a finished object; null if finished objects are not sealed.</summary>
    public required RetrySchedule? Sealing { get; init; }

    /// <summary>How long one request may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>Headers that objects are created with.</summary>
    public required OssObjectProperties ObjectProperties { get; init; }

    /// <summary>The most bytes of an append, before compression.</summary>
    public required int AppendSizeLimit { get; init; }

    /// <summary>Text that each object begins with; null for none.</summary>
    public required string? ObjectHeader { get; init; }

    public required CompressionLevel GzipLevel { get; init; }

    /// <summary>Whether each append carries its MD5.</summary>
    public required bool SendContentMd5 { get; init; }
}
