using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Emulator;
using static OssLogSinks.Contract.ClientUnderTest;

namespace OssLogSinks.Contract;

/// <summary>How the checks of the contract get a client.</summary>
public abstract class ClientContract
{
    /// <summary>Makes the client, for the bucket <c>logs</c> of the emulator. It is disposed if it can be.</summary>
    /// <param name="oss">Has endpoint, region, access key id and secret.</param>
    /// <param name="requestTimeout">How long a request may take.</param>
    protected abstract IOssClient CreateClient(OssEmulator oss, TimeSpan requestTimeout);

    /// <summary>Whether the client can seal objects. If not, a seal throws <see cref="NotSupportedException"/>.</summary>
    protected virtual bool CanSeal => true;

    /// <summary>Statuses of answers without an error document, as gateways give them.</summary>
    public static TheoryData<int> GatewayStatuses => [403, 404, 413, 500, 502, 503, 504];

    private protected async Task<ClientUnderTest> StartAsync(Action<OssEmulatorOptions>? configure = null, TimeSpan? timeout = null)
    {
        var options = new OssEmulatorOptions();
        configure?.Invoke(options);
        var oss = await OssEmulator.StartAsync(options, TestContext.Current.CancellationToken);
        return new ClientUnderTest(oss, CreateClient(oss, timeout ?? TimeSpan.FromMinutes(2)));
    }

    // Any exception but a refusal.
    private protected static void AssertUnanswered(Exception failure)
    {
        AssertProvesNothing(failure);
        Assert.True(failure is not OssException { StatusCode: not 0 }, "There was no answer, but the client gives a status.");
    }

    private protected static async Task<string> ReadAsync(GetObjectResult answer)
    {
        using var reader = new StreamReader(answer.Content, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
