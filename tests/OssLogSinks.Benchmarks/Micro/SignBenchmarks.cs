using BenchmarkDotNet.Attributes;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Benchmarks.Micro;

/// <summary>An append is signed; the key of the day is there already.</summary>
[MemoryDiagnoser]
public class SignBenchmarks
{
    private static readonly DateTimeOffset Time = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);
    private readonly OssV4Signer _v4 = new("cn-hangzhou");
    private readonly OssV1Signer _v1 = new();
    private readonly OssCredentials _credentials = new("access-key-id", "access-key-secret");

    [Benchmark]
    public string V4() => Sign(_v4);

    [Benchmark]
    public string V1() => Sign(_v1);

    private string Sign(IOssSigner signer)
    {
        var headers = SigningInput.NewHeaders();
        headers["content-type"] = "text/plain; charset=utf-8";
        var input = new SigningInput("POST", "my-logs", "logs/2026/11/25/web-1-0123456789ab.log", [new("append", ""), new("position", "41943040")], headers);
        signer.Sign(input, _credentials, Time);
        return headers["authorization"];
    }
}
