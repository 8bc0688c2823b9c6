using OssLogSinks.Core.Diagnostics;
using OssLogSinks.Core.Protocol;
using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Appending;

/// <summary>What all streams of an appender share.</summary>
internal sealed class AppendContext
{
    public AppendContext(OssAppenderOptions options, IOssClient client, RollingPolicy policy, DeliveryCounters counters, DeliveryReporter reporter)
    {
        Client = client;
        Policy = policy;
        Counters = counters;
        Reporter = reporter;
        Locator = new ObjectLocator(client, policy, options.RollOnObjectSizeLimit);
        Resync = new PositionResync(client, counters);
        // A copy: what the user does to his dictionaries later has no effect.
        ObjectProperties = options.ObjectProperties with
        {
            Metadata = options.ObjectProperties.Metadata.ToDictionary(e => e.Key, e => e.Value),
            Tags = options.ObjectProperties.Tags.ToDictionary(e => e.Key, e => e.Value),
        };
        SendContentMd5 = options.SendContentMd5;
        RollOnObjectSizeLimit = options.RollOnObjectSizeLimit;
    }

    public IOssClient Client { get; }

    public RollingPolicy Policy { get; }

    public DeliveryCounters Counters { get; }

    public DeliveryReporter Reporter { get; }

    public ObjectLocator Locator { get; }

    public PositionResync Resync { get; }

    public OssObjectProperties ObjectProperties { get; }

    public bool SendContentMd5 { get; }

    public bool RollOnObjectSizeLimit { get; }
}
