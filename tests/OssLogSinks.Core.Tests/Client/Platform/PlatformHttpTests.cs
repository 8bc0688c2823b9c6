using System.Security.Authentication;
using OssLogSinks.Core.Client.Platform;

namespace OssLogSinks.Core.Tests.Client.Platform;

public class PlatformHttpTests
{
    private const SslProtocols Tls13 = (SslProtocols)12288;

    private readonly List<SslProtocols> _chosen = [];

    [Fact]
    public void PlatformWithTls13_UsesTls12AndTls13()
    {
        PlatformHttp.RequireTls12(_chosen.Add);

        Assert.Equal([SslProtocols.Tls12 | Tls13], _chosen);
    }

    [Fact]
    public void PlatformWithoutTls13_UsesTls12()
    {
        PlatformHttp.RequireTls12(protocols =>
        {
            if ((protocols & Tls13) != 0)
                throw new NotSupportedException("The protocols are not known.");

            _chosen.Add(protocols);
        });

        Assert.Equal([SslProtocols.Tls12], _chosen);
    }

    // HttpClientHandler of .NET Framework 4.6.2 to 4.7.1.
    [Fact]
    public void PlatformThatCannotChoose_IsLeftAsItIs()
    {
        var exception = Record.Exception(() => PlatformHttp.RequireTls12(_ => throw new PlatformNotSupportedException()));

        Assert.Null(exception);
    }
}
