using System.IO.Compression;
using System.Text;
using OssLogSinks.Core.Keys;
using OssLogSinks.Emulator;

namespace OssLogSinks.Reliability.Services;

/// <summary>
/// Somebody else with a key to the built-in OSS's bucket: appends lines of about our lines' length to our objects, also at
/// the very moment of our appends, and now and then seals one.
/// </summary>
internal sealed class ForeignWriter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly OssEmulator _emulator;
    private readonly ServiceUnderTest _service;
    private readonly string _prefix;
    private readonly bool _compresses;
    private readonly Random _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _work;
    private int _acts;

    private ForeignWriter(ServiceUnderTest service, OssEmulator emulator, ReliabilityArguments arguments)
    {
        _compresses = arguments.Compression == OssCompression.Gzip;
        _service = service;
        _emulator = emulator;
        _prefix = arguments.Prefix;
        _random = new Random(arguments.Seed);
        _work = Task.Run(WorkAsync);
    }

    /// <summary>What was done outside of the emulator's own faults.</summary>
    public int Acts => Volatile.Read(ref _acts);

    /// <summary>Begins; null against a server that is not ours to disturb.</summary>
    public static ForeignWriter? Begin(ServiceUnderTest service, ReliabilityArguments arguments) =>
        service.Emulator is { } emulator && arguments.FaultRate > 0 ? new ForeignWriter(service, emulator, arguments) : null;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work;
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        // At a rate.
        using var timer = new PeriodicTimer(Pause);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                // Not at every append: one that is forestalled each time never gets through.
                if (_emulator.Faults.Pending == 0 && _random.Next(3) == 0)
                    Act(_random.Next(100));
            }
        }
        catch (OperationCanceledException)
        {
            // The storm is over.
        }
    }

    private void Act(int choice)
    {
        if (choice < 2)
            _emulator.Faults.SealBefore();
        else if (choice < 20)
            _emulator.Faults.InsertForeignAppendBefore(Line());
        else if (choice < 40)
            _emulator.Faults.InsertForeignAppendAfterCommit(Line()).DropResponseAfterCommit();
        else if (choice < 55)
            _emulator.Faults.InsertForeignAppendBefore(Line()).DropResponseAfterCommit();
        else if (choice < 70)
            _emulator.Faults.WrongCrcInAnswer();
        else
            OnSomeObject(choice);
    }

    private void OnSomeObject(int choice)
    {
        var objects = _emulator.ListObjects(_service.Bucket, _prefix);
        if (objects.Count == 0)
            return;

        var key = objects[_random.Next(objects.Count)].Key;
        try
        {
            if (choice == 99)
                _emulator.SealObject(_service.Bucket, key);
            else
                _emulator.AppendAsForeignWriter(_service.Bucket, key, Line());
            Interlocked.Increment(ref _acts);
        }
        catch (InvalidOperationException)
        {
            // Sealed before.
        }
    }

    private byte[] Line()
    {
        var line = Encoding.UTF8.GetBytes($"a foreign writer's line {new string('x', _random.Next(40, 140))}\n");
        if (!_compresses)
            return line;

        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Optimal))
            gzip.Write(line);
        return member.ToArray();
    }
}
