using System.Buffers;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Emulator;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Contract;

/// <summary>A client and the emulator that it talks to.</summary>
internal sealed class ClientUnderTest(OssEmulator oss, IOssClient client) : IAsyncDisposable
{
    /// <summary>The bucket and the object of most checks.</summary>
    public const string Bucket = "logs";

    public const string Key = "app.log";

    public OssEmulator Oss => oss;

    public IOssClient Client => client;

    /// <summary>The appends that the emulator received.</summary>
    public IReadOnlyList<RecordedRequest> Appends => [.. oss.Requests.Where(r => r.Operation == OssOperation.AppendObject)];

    public string Text(string key = Key) => Encoding.UTF8.GetString(oss.ReadObject(Bucket, key));

    public Task<AppendObjectResult> AppendAsync(string text, long position = 0, string key = Key, OssObjectProperties? properties = null) =>
        client.AppendObjectAsync(Request(Encoding.UTF8.GetBytes(text), position, key) with { Properties = properties }, TestContext.Current.CancellationToken);

    public Task<HeadObjectResult?> HeadAsync(string key = Key) => client.HeadObjectAsync(new HeadObjectRequest(key), TestContext.Current.CancellationToken);

    public Task<GetObjectResult> GetAsync(OssByteRange? range = null, string key = Key) =>
        client.GetObjectAsync(new GetObjectRequest(key) { Range = range }, TestContext.Current.CancellationToken);

    public static AppendObjectRequest Request(byte[] body, long position = 0, string key = Key) => new(key, position, new ReadOnlySequence<byte>(body));

    /// <summary>The exception of a call; of the append of "x" at position 0 unless another is given.</summary>
    public async Task<Exception> FailureAsync(Func<Task>? call = null) => await Assert.ThrowsAnyAsync<Exception>(call ?? (() => AppendAsync("x")));

    /// <summary>The refusal of a call: what OSS itself said, with its request id.</summary>
    public async Task<(int Status, string? Code)> RefusalAsync(Func<Task>? call = null)
    {
        var refusal = Assert.IsAssignableFrom<OssException>(await FailureAsync(call));
        Assert.False(string.IsNullOrEmpty(refusal.RequestId), "A refusal by OSS has a request id.");
        return ((int)refusal.StatusCode, refusal.Code);
    }

    /// <summary>Checks that a failure gives no code, so that it proves nothing.</summary>
    public static void AssertProvesNothing(Exception failure) =>
        Assert.True(failure is not OssException { Code: not null }, $"The answer has no code, but the client gives {(failure as OssException)?.Code}.");

    public async ValueTask DisposeAsync()
    {
        (client as IDisposable)?.Dispose();
        await oss.DisposeAsync();
    }
}
