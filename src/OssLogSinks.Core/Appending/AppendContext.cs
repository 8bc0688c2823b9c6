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

    public AppendContext(OssAppenderOptions options, IOssClient client, RollingPolicy policy, DeliveryCounters counters, DeliveryReporter reporter)
    {
        Client = client;
        Policy = policy;
        Counters = counters;
        Reporter = reporter;
        Time = options.TimeProvider;
        Bucket = options.Bucket ?? "";
        Claims = options.Claims;
        Sealer = options.SealFinishedObjects ? new ObjectSealer(client, reporter, new RetrySchedule(options.RetryDelay, options.RetryDelayLimit), Time) : null;
        Locator = new ObjectLocator(client, policy, options.RollOnObjectSizeLimit, Sealer);
        Resync = new PositionResync(client, counters, Time, options.RequestTimeout);
        // A copy: what the user does to his dictionaries later has no effect.
        _properties = options.ObjectProperties with
        {
            Metadata = options.ObjectProperties.Metadata.ToDictionary(e => e.Key, e => e.Value),
            Tags = options.ObjectProperties.Tags.ToDictionary(e => e.Key, e => e.Value),
        };
        _compressedProperties = ObjectFormat.PropertiesOfCompressed(_properties);
        _plain = new ObjectFormat(OssCompression.None, options.AppendSizeLimit) { Header = ObjectFormat.HeaderOf(options.ObjectHeader) };
        _compressed = _plain with { Compression = OssCompression.Gzip, GzipLevel = options.GzipLevel };
        SendContentMd5 = options.SendContentMd5;
        RollOnObjectSizeLimit = options.RollOnObjectSizeLimit;
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
