using System.Buffers;
using OssLogSinks.SdkAdapters;

namespace OssLogSinks.OfficialSdk.Tests.Internals;

/// <summary>The body of an append as the SDKs get it.</summary>
public class AppendStreamTests
{
    [Fact]
    public void BodyReadASecondTime_IsRefused()
    {
        using var stream = new AppendStream(new ReadOnlySequence<byte>("hello"u8.ToArray()));
        var buffer = new byte[5];
        stream.ReadExactly(buffer);

        stream.Position = 0;

        Assert.Equal("hello"u8, buffer);
        Assert.Throws<InvalidOperationException>(() => stream.Read(buffer, 0, 5));
    }

    [Fact]
    public void BodyThatWasGivenUp_IsNotReadAnyMore()
    {
        using var stream = new AppendStream(new ReadOnlySequence<byte>("hello"u8.ToArray()));
        var buffer = new byte[5];
        stream.ReadExactly(buffer, 0, 2);

        stream.GiveUp();

        Assert.Throws<IOException>(() => stream.Read(buffer, 2, 3));
        Assert.Equal("he\0\0\0"u8, buffer);
    }

    [Fact]
    public void SeekBeforeTheFirstRead_ChangesNothing()
    {
        using var stream = new AppendStream(new ReadOnlySequence<byte>("hello"u8.ToArray()));
        stream.Seek(0, SeekOrigin.End);
        stream.Seek(0, SeekOrigin.Begin);
        var buffer = new byte[5];

        stream.ReadExactly(buffer);

        Assert.Equal((5L, 5L), (stream.Length, stream.Position));
        Assert.Equal("hello"u8, buffer);
    }

    // The SDK's other transport repeats appends; the body keeps it from storing one twice.
    [Fact]
    public async Task TransportThatRepeats_SendsAnAppendOnce()
    {
        await using var oss = await Emulator.OssEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        oss.Faults.RespondAfterCommit(503);
        var configuration = new Aliyun.OSS.Common.ClientConfiguration { UseNewServiceClient = false, SignatureVersion = Aliyun.OSS.SignatureVersion.V4 };
        var settings = new SdkSettings("Test", SdkClients.Aliyun(oss).ToClientOptions(proxy: null));
        var sdk = new Aliyun.OSS.OssClient(settings.Endpoint, new Key(oss), configuration);
        sdk.SetRegion(oss.Region);
        var client = new AliyunSdk.AliyunOssClient(sdk, settings);

        var failure = await Assert.ThrowsAnyAsync<Core.Client.Errors.OssException>(() => client.AppendObjectAsync(
            new Core.Client.AppendObjectRequest("app.log", 0, new ReadOnlySequence<byte>("hello"u8.ToArray())), TestContext.Current.CancellationToken));

        Assert.Equal(default, failure.StatusCode);
        Assert.Equal(1, oss.FindObject(SdkClients.Bucket, "app.log")!.NumberOfAppends);
        Assert.DoesNotContain(oss.Requests, request => request.ErrorCode == "PositionNotEqualToLength");
    }

    private sealed class Key(Emulator.OssEmulator oss) : Aliyun.OSS.Common.Authentication.ICredentialsProvider
    {
        public Aliyun.OSS.Common.Authentication.ICredentials GetCredentials() => new Aliyun.OSS.Common.Authentication.DefaultCredentials(oss.AccessKeyId, oss.AccessKeySecret, null);

        public void SetCredentials(Aliyun.OSS.Common.Authentication.ICredentials creds) => throw new NotSupportedException();
    }
}
