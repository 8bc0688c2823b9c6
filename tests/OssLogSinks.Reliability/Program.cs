using OssLogSinks.Reliability;
using OssLogSinks.Reliability.Children;
using OssLogSinks.Reliability.Services;

// Logs much through a bad network, reads everything back, and says what is missing, doubled, out of order or torn.
// Without OSS_ENDPOINT it brings an OSS of its own that plays every kind of fault.
if (args is [ChildOrder.Command, var order])
    return await LoggingChild.RunAsync(order);

var arguments = ReliabilityArguments.Parse(args);
if (arguments is null)
    return 2;

await using var service = await ServiceUnderTest.OpenAsync();
var isGood = await (arguments.Command switch
{
    ReliabilityCommand.Storm => Storm.RunAsync(service, arguments),
    ReliabilityCommand.Soak => Soak.RunAsync(service, arguments),
    ReliabilityCommand.Crash => Crash.RunAsync(service, arguments),
    ReliabilityCommand.Share => Share.RunAsync(service, arguments),
    _ => throw new NotSupportedException(),
});
return isGood ? 0 : 1;
