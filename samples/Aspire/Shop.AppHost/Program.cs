var builder = DistributedApplication.CreateBuilder(args);

// snippet: emulator
var logs = builder.AddOssEmulator("oss").AddBucket("logs");

builder.AddProject<Projects.Shop>("shop")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithReference(logs)
    .WaitFor(logs);
// end

builder.Build().Run();
