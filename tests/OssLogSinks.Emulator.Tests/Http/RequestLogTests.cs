using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Http;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Emulator.Storage;
using OssLogSinks.Emulator.Tests.Wire;
using OssLogSinks.Emulator.Time;

namespace OssLogSinks.Emulator.Tests.Http;

/// <summary>What the log of requests keeps is bounded, whoever sends them.</summary>
public class RequestLogTests : EmulatorTest
{
    private static readonly string Long = new('x', 50_000);

    [Fact]
    public async Task RequestOfNobody_IsKeptWithoutItsHead()
    {
        await Client.SendAsIsAsync(new TestRequest("GET", "logs", Long).With("x-oss-meta-a", Long[..10_000]));
        await Client.SendAsIsAsync(new TestRequest("GET", Long, "a"));
        await Client.SendAsIsAsync(new TestRequest("GET", "logs", "a").With("Authorization", "OSS " + Long));
        Client.Signer = Client.Signer with { Secret = "another" };
        await Client.SendAsync(new TestRequest("GET", "logs", "a").With("x-oss-meta-a", Long));

        var requests = Emulator.Requests;

        Assert.Equal(4, requests.Count);
        Assert.All(requests, request =>
        {
            Assert.InRange(request.Status, 400, 499);
            Assert.Empty(request.Headers);
            Assert.InRange((request.Bucket + request.Key).Length, 1, 400);
            Assert.Equal(24, request.RequestId.Length);
        });
        Assert.Equal("SignatureDoesNotMatch", requests[3].ErrorCode);
    }

    [Fact]
    public async Task RefusedRequestOfSomebody_IsKeptWithItsHead()
    {
        await Client.SendAsync(TestRequest.Append("a", 7, [1]).With("x-oss-meta-a", "1"));

        Assert.Equal("1", Assert.Single(Emulator.Requests).Headers["x-oss-meta-a"]);
    }

    [Fact]
    public void LongHeads_AreForgottenBeforeTheyFillTheMemory()
    {
        var log = new RequestLog(new OssEmulatorOptions(), new EmulatorClock(TimeProvider.System));
        var request = new OssRequest("GET", "logs", "a") { Query = QueryParameters.Empty, Headers = new HeaderDictionary { ["x-oss-meta-a"] = Long } };
        var most = (int)(RequestLog.MaxCharacters / Long.Length);

        for (var i = 0; i < most + 100; i++)
            log.Add(request with { RequestId = $"{i}" }, isSenderKnown: true, RequestBody.Empty, new OssReply(200));

        var kept = log.Snapshot();
        Assert.InRange(kept.Count, most - 100, most);
        Assert.Equal($"{most + 99}", kept[^1].RequestId);
        log.Clear();
        log.Add(request, isSenderKnown: true, RequestBody.Empty, new OssReply(200));
        Assert.Single(log.Snapshot());
    }

    [Fact]
    public void ManyRequestsOfNobody_TakeLittle()
    {
        var log = new RequestLog(new OssEmulatorOptions(), new EmulatorClock(TimeProvider.System));
        var headers = new HeaderDictionary { ["x-oss-meta-a"] = Long };
        for (var i = 0; i < 10_000; i++)
            log.Add(new OssRequest(Long, Long, Long) { Query = QueryParameters.Empty, Headers = headers }, isSenderKnown: false, RequestBody.Empty, new OssReply(403));

        var kept = log.Snapshot();
        Assert.Equal(10_000, kept.Count);
        Assert.All(kept, request => Assert.InRange(request.Method.Length + request.Bucket!.Length + request.Key!.Length + request.Headers.Count, 0, 600));
    }
}
