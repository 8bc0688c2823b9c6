using System.Diagnostics;
using System.Runtime.InteropServices;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests;

public class OssEmulatorTests : EmulatorTest
{
    [Fact]
    public async Task Requests_AreRecordedBeforeTheirAnswer()
    {
        await Client.SendAsync(TestRequest.Append("a b", 0, [1, 2]).With("X-Oss-Meta-A", "1"));
        await Client.AppendAsync("a b", 9, "x");
        var requests = Emulator.Requests;
        var first = requests[0];
        Assert.Equal(("POST", "logs", "a b", OssOperation.AppendObject), (first.Method, first.Bucket, first.Key, first.Operation));
        Assert.Equal((0L, 2L, 200, null), (first.Position, first.BodyLength, first.Status, first.ErrorCode));
        Assert.Equal("1", first.Headers["x-oss-meta-a"]);
        Assert.Equal((9L, 409, "PositionNotEqualToLength"), (requests[1].Position, requests[1].Status, requests[1].ErrorCode));
        Emulator.ClearRequests();
        Assert.Empty(Emulator.Requests);
    }

    [Fact]
    public async Task RecordLimit_ForgetsTheOldest()
    {
        Options.RecordLimit = 2;
        foreach (var key in new[] { "a", "b", "c" })
            await Client.HeadAsync(key);

        Assert.Equal(["b", "c"], Emulator.Requests.Select(request => request.Key));
        Options.RecordRequests = false;
        await Client.HeadAsync("d");
        Assert.Equal(2, Emulator.Requests.Count);
    }

    [Fact]
    public void Objects_CanBeChangedAsByOthers()
    {
        Emulator.AppendAsForeignWriter("logs", "x/a", "abc"u8);
        Emulator.AppendAsForeignWriter("logs", "x/a", "def"u8);
        Emulator.PutObject("logs", "x/b", "normal"u8);
        var found = Emulator.ListObjects("logs", "x/");
        Assert.Equal([("x/a", 6L, "Appendable", 2), ("x/b", 6L, "Normal", 0)], found.Select(o => (o.Key, o.Length, o.Type, o.NumberOfAppends)));
        Assert.Equal("abcdef", Text("x/a"));
        Emulator.SealObject("logs", "x/a");
        Assert.True(Emulator.FindObject("logs", "x/a")!.IsSealed);
        Assert.Throws<InvalidOperationException>(() => Emulator.AppendAsForeignWriter("logs", "x/a", "!"u8));
        Assert.Throws<InvalidOperationException>(() => Emulator.SealObject("logs", "x/b"));
        Emulator.LockObject("logs", "x/b");
        Assert.Throws<InvalidOperationException>(() => Emulator.DeleteObject("logs", "x/b"));
        Emulator.DeleteObject("logs", "x/a");
        Assert.Throws<KeyNotFoundException>(() => Emulator.ReadObject("logs", "x/a"));
        Assert.Throws<KeyNotFoundException>(() => Emulator.ListObjects("nowhere"));
        Assert.Throws<ArgumentException>(() => Emulator.CreateBucket("No"));
    }

    [Fact]
    public async Task HeldRequest_DoesNotKeepTheEmulatorFromStopping()
    {
        var gate = Emulator.Faults.Hold();
        var append = Client.AppendAsync("a", 0, "x");
        await gate.Arrived;
        await Emulator.DisposeAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => append);
    }

    [Fact]
    public async Task StalledBody_TimesOut()
    {
        Options.BodyTimeout = TimeSpan.FromMilliseconds(20);
        var request = TestRequest.Append("a", 0, []);
        Client.Signer.SignV4(request, Client.Now);
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(Emulator.Endpoint.Host, Emulator.Endpoint.Port, TestContext.Current.CancellationToken);
        var head = "POST /logs/a?append&position=0 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
            + string.Concat(request.Headers.Select(header => $"{header.Key}: {header.Value}\r\n")) + "\r\nabc";
        await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(socket.GetStream());
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Null(Emulator.FindObject("logs", "a"));
    }

    [Fact]
    public async Task Signal_IsLeftToTheProcess()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill on Windows.");
        var wasTaken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Who registers first is asked last.
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            wasTaken.TrySetResult(signal.Cancel);
            signal.Cancel = true;
        });
        await using var emulator = await OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        using var kill = Process.Start("kill", $"-TERM {Environment.ProcessId}");

        Assert.False(await wasTaken.Task.WaitAsync(TestContext.Current.CancellationToken));
    }
}
