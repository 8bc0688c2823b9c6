using System.Globalization;
using OssLogSinks.Core.Batching;
using OssLogSinks.Core.Diagnostics;

namespace OssLogSinks.Core.Spool.Disk;

/// <summary>
/// Records wait on disk: they come in by the door, the writer takes them to the folder, the loader brings them from there
/// to the memory spool, and its shipper to OSS. Each part has a loop of its own and waits for nobody but the next one.
/// </summary>
internal sealed class DiskSpool : ISpool
{
    private readonly DeliverySetup _setup;
    private readonly object _pace = new();
    private readonly FlushBook _book = new();
    private readonly LiveFolder _disk;
    private readonly SpoolDoor _door;
    private readonly SpoolWriter _writer;
    private readonly DamageReport _damage;
    private readonly SpoolAdoption _adoption;
    private readonly ISpoolFiles _files;
    private readonly ShippingLane _lane;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private readonly Task _loading;
    private readonly Task _adopting;

    public DiskSpool(DeliverySetup setup, DiskSpoolSettings settings, ISpoolFiles files)
    {
        _setup = setup;
        _files = files;
        _damage = new DamageReport(new Quarantine(files, settings.Path, settings.QuarantineSize, setup.Time), setup);
        _disk = new LiveFolder(files, settings, _book, setup, () => _adoption!.Bytes);
        _adoption = new SpoolAdoption(
            files, settings.Path, _disk.Name, settings.SyncInterval is not null, _damage, setup, () => setup.OpenLane(settings.AdoptionMemory));
        _door = new SpoolDoor(setup, _book, _disk.Salt, settings.StagingMemory);
        _lane = setup.OpenLane(settings.ShippingMemory);
        _writer = new SpoolWriter(_door, _disk, new MemoryDetour(_lane.Spool, _book, _disk.Salt), _book, setup, settings.SyncInterval);

        _writing = Task.Run(() => GuardAsync(_writer.RunAsync));
        _loading = Task.Run(() => GuardAsync(LoadAsync));
        _adopting = Task.Run(() => GuardAsync(() => _adoption.RunAsync(_stop.Token)));
    }

    public long HeldBytes => _door.HeldBytes + _lane.Spool.HeldBytes + (_adoption.Memory?.HeldBytes ?? 0);

    public long DiskBytes => (_disk.Folder?.Bytes ?? 0) + _adoption.Bytes;

    public int OpenStreams => _lane.Spool.OpenStreams + (_adoption.Memory?.OpenStreams ?? 0);

    public TimeSpan OldestAge() => new[] { _door.OldestAge(), _lane.Spool.OldestAge(), _adoption.Memory?.OldestAge() ?? TimeSpan.Zero }.Max();

    public Acceptance TryAdd(in LogRecord record, bool isDue, out Task? room)
    {
        var acceptance = _door.TryAdd(record, isDue, out room);

        // Not when it has been loaded: a full disk may be waiting for the very records that wait for this one.
        if (isDue)
            _lane.Spool.WakeWaiting();
        return acceptance;
    }

    public async Task<bool> FlushAsync(OssFlushTarget target)
    {
        var flushing = _book.FlushAsync(target);
        Hurry();
        try
        {
            return await flushing.ConfigureAwait(false);
        }
        finally
        {
            SetPace();
        }
    }

    public Task FinishAsync()
    {
        _door.Close();
        _lane.Spool.Hurry();
        var flushing = _book.FlushAsync(OssFlushTarget.Oss);
        Hurry();
        return Task.WhenAll(_writing, flushing);
    }

    public async Task StopAsync()
    {
        _door.Close();
        _writer.Stop();
        await _writing.ConfigureAwait(false);
        await Task.Run(_stop.Cancel).ConfigureAwait(false);
        await Task.WhenAll(_loading, _adopting).ConfigureAwait(false);
        await _lane.StopAsync().ConfigureAwait(false);
        await _adoption.StopAsync().ConfigureAwait(false);
        _book.Close();
        if (_disk.Folder?.WaitingRecords is > 0 and var waiting)
            _setup.Reporter.Buffer(OssDiagnosticLevel.Information, $"{waiting.ToString(CultureInfo.InvariantCulture)} event(s) wait on disk for the next start.");
    }

    public void GiveUp() => _lane.GiveUp();

    public void Dispose()
    {
        _disk.Dispose();
        _stop.Dispose();
    }

    private void Hurry()
    {
        SetPace();
        _door.Work.Beat();
    }

    // One at a time, so that the one who looked last also says it last: a flush that begins as another ends stays urgent.
    private void SetPace()
    {
        lock (_pace)
            _lane.Spool.IsUrgent = _book.IsOssAwaited;
    }

    private async Task LoadAsync()
    {
        while (_disk.Folder is null)
        {
            var opened = _disk.Opened.Next;
            if (_disk.Folder is null)
                await Waiting.WithAsync(opened, _stop.Token).ConfigureAwait(false);
        }

        var loader = new SpoolLoader(_files, _disk.Folder, _lane.Spool, _damage, _setup.Time, new Dictionary<ulong, long>());
        await loader.RunAsync(_stop.Token).ConfigureAwait(false);
    }

    // A loop that ends by a fault of ours is reported; what it leaves undone is on disk, or is dropped and counted at the door.
    private async Task GuardAsync(Func<Task> loop)
    {
        DeliveryScope.Begin(_setup.Source);
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            _setup.Reporter.BufferFailed("it waits for the next start", e);
        }
    }
}
