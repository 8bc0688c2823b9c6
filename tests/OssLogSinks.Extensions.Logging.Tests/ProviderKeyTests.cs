using Microsoft.Extensions.Logging;
using OssLogSinks.Extensions.Logging.Tests.Support;

namespace OssLogSinks.Extensions.Logging.Tests;

public class ProviderKeyTests
{
    [Fact]
    public async Task Key_TakesCategoryLevelIdStateAndScopes()
    {
        var bucket = new MemoryOss();
        await using (var host = ProviderHost.InMemory(bucket, options => options.ObjectKey = "{Category}/{Level}/{EventId}/{Tenant}/{Count}.log"))
        {
            using (host.Logger.BeginScope(new Dictionary<string, object> { ["Tenant"] = "scope/1", ["Count"] = 1 }))
            {
                host.Logger.LogInformation(3, "one");
                host.Logger.LogCritical("two {Tenant}", "state");
            }

            host.Logger.LogInformation("three {Count}", 1.5);
        }

        Assert.Equal(
            ["Shop.Orders/Critical/0/state/1.log", "Shop.Orders/Information/0/_/1.5.log", "Shop.Orders/Information/3/scope%2F1/1.log"],
            bucket.Keys);
    }
}
