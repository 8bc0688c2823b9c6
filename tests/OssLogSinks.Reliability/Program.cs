using OssLogSinks.Reliability;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.Draining;
using OssLogSinks.Reliability.Services;

// Logs much through a bad network, reads everything back, and says what is missing, doubled, out of order or torn.
// Without OSS_ENDPOINT it brings an OSS of its own that plays every kind of fault.
switch (args)
{
    case [ChildOrder.Command, var order]:
        return await LoggingChild.RunAsync(order);
    case [BufferFiller.Command, var order]:
        return await BufferFiller.RunAsync(order);
    case [BufferDrainer.Command, var order]:
        return await BufferDrainer.RunAsync(order);
}

var arguments = ReliabilityArguments.Parse(args);
if (arguments is null)
    return 2;

await using var service = await ServiceUnderTest.OpenAsync(keepsBodies: arguments.Command != ReliabilityCommand.Drain);
var isGood = await (arguments.Command switch
{
    ReliabilityCommand.Storm => Storm.RunAsync(service, arguments),
    ReliabilityCommand.Soak => Soak.RunAsync(service, arguments),
    ReliabilityCommand.Crash => Crash.RunAsync(service, arguments),
    ReliabilityCommand.Share => Share.RunAsync(service, arguments),
    ReliabilityCommand.Corrupt => Corrupt.RunAsync(service, arguments),
    _ => Drain.RunAsync(service, arguments),
});
return isGood ? 0 : 1;
