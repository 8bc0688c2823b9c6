var builder = DistributedApplication.CreateBuilder(args);

// snippet: emulator
var logs = builder.AddOssEmulator("oss").AddBucket("logs");
// end

builder.Build().Run();
