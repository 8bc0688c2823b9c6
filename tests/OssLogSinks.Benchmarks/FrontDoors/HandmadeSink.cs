using System.Buffers;
using System.Text;
using OssLogSinks.Core.Client;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.PeriodicBatching;

namespace OssLogSinks.Benchmarks.FrontDoors;

/// <summary>What a user writes who needs logs in OSS today: a batch becomes a stream, the stream an append where the last one ended.</summary>
internal sealed class HandmadeSink(OssClient client, string key, ITextFormatter formatter) : IBatchedLogEventSink, IDisposable
{
    private long _position;
    private long _delivered;
    private long _appends;

    public FrontDoorCounts Counts => new() { Delivered = _delivered, Bytes = _position, Appends = _appends };

    public async Task EmitBatchAsync(IEnumerable<LogEvent> batch)
    {
        var count = 0;
        using var stream = new MemoryStream();
        await using (var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true))
        {
            foreach (var logEvent in batch)
            {
                formatter.Format(logEvent, writer);
                count++;
            }
        }

        var body = new ReadOnlySequence<byte>(stream.GetBuffer(), 0, (int)stream.Length);
        var appended = await client.AppendObjectAsync(new AppendObjectRequest(key, _position, body), CancellationToken.None);
        _position = appended.NextPosition;
        _delivered += count;
        _appends++;
    }

    public Task OnEmptyBatchAsync() => Task.CompletedTask;

    public void Dispose() => client.Dispose();
}
