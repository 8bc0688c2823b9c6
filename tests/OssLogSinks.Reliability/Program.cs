using OssLogSinks.Reliability;
using OssLogSinks.Reliability.Services;

// Logs much through a bad network, reads everything back, and says what is missing, doubled, out of order or torn.
// Without OSS_ENDPOINT it brings an OSS of its own that plays every kind of fault.
var arguments = ReliabilityArguments.Parse(args);
if (arguments is null)
    return 2;

await using var service = await ServiceUnderTest.OpenAsync();
var isGood = arguments.Command == ReliabilityCommand.Storm
    ? await Storm.RunAsync(service, arguments)
    : await Soak.RunAsync(service, arguments);
return isGood ? 0 : 1;
