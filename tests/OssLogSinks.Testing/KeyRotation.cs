using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Authentication;

namespace OssLogSinks.Testing;

/// <summary>
/// Temporary keys that the emulator takes until the next rotation, and that the STS of a <see cref="CredentialsWorld"/> issues meanwhile.
/// </summary>
public sealed class KeyRotation : IAsyncDisposable
{
    private readonly OssEmulator _emulator;
    private readonly CredentialsWorld _world;
    private readonly CancellationTokenSource _end = new();
    private Task _rotating = Task.CompletedTask;
    private OssCredentials _current;
    private int _count;

    private KeyRotation(OssEmulator emulator, CredentialsWorld world)
    {
        _emulator = emulator;
        _world = world;
        world.SetUpRrsa();
        world.Server.Issue = () => Volatile.Read(ref _current!);
        _current = world.Temporary(0);
        Accept(_current);
        Provider = world.Provider("Oidc");
    }

    /// <summary>Gets its keys from STS.</summary>
    public IOssCredentialsProvider Provider { get; }

    public int Rotations => Volatile.Read(ref _count);

    public int StsCalls => _world.Server.CountSts();

    public static async Task<KeyRotation> StartAsync(OssEmulator emulator) => new(emulator, await CredentialsWorld.StartAsync(TimeProvider.System));

    /// <summary>From now on OSS takes other keys only.</summary>
    public void Rotate()
    {
        var old = _current;
        var next = _world.Temporary(Interlocked.Increment(ref _count));
        Accept(next);
        Volatile.Write(ref _current, next);
        _emulator.RemoveCredentials(old.AccessKeyId);
    }

    /// <summary>Rotates at this pace until the end.</summary>
    public void RotateEvery(TimeSpan period) => _rotating = Task.Run(async () =>
    {
        using var timer = new PeriodicTimer(period);
        while (await timer.WaitForNextTickAsync(_end.Token).AsTask().ContinueWith(task => task.IsCompletedSuccessfully && task.Result, TaskScheduler.Default))
            Rotate();
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _rotating;
        _end.Dispose();
        await _world.DisposeAsync();
    }

    private void Accept(OssCredentials credentials) =>
        _emulator.SetCredentials(new EmulatedCredentials(credentials.AccessKeyId, credentials.AccessKeySecret.Reveal()) { SecurityToken = credentials.SecurityToken!.Reveal() });
}
