using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests;

/// <summary>A test with an emulator of its own and a client of it.</summary>
public abstract class EmulatorTest : IAsyncLifetime
{
    private protected OssEmulatorOptions Options { get; } = new();

    private protected OssEmulator Emulator { get; private set; } = null!;

    private protected TestClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Emulator = await OssEmulator.StartAsync(Options, TestContext.Current.CancellationToken);
        Client = new TestClient(Emulator);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Emulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected string Text(string key) => System.Text.Encoding.UTF8.GetString(Emulator.ReadObject("logs", key));
}
