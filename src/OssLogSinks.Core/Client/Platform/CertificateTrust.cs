using System.Security.Authentication;
#if NET8_0_OR_GREATER
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
#endif

namespace OssLogSinks.Core.Client.Platform;

/// <summary>A certificate was not accepted.</summary>
internal sealed class CertificateException(string faults) : AuthenticationException("Certificate not accepted: " + faults + ".")
{
    public string Faults { get; } = faults;
}

#if NET8_0_OR_GREATER
/// <summary>Accepts a server's certificate that the machine trusts, or that one of the given roots leads to; its name must be right in any case.</summary>
internal sealed class CertificateTrust(X509Certificate2Collection authorities)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>True if the certificate is accepted. Throws otherwise, so that the request's exception has the reason.</summary>
    /// <exception cref="CertificateException">It is not accepted.</exception>
    public bool Require(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var flags = FlagsOf(chain);
        if (authorities.Count > 0 && certificate is not null && (errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            flags = OwnFlagsOf(certificate, chain);
            if (flags == X509ChainStatusFlags.NoError)
                errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
        }

        return errors == SslPolicyErrors.None ? true : throw new CertificateException(string.Join(", and ", FaultsOf(errors, flags)));
    }

    private static X509ChainStatusFlags FlagsOf(X509Chain? chain) =>
        chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? X509ChainStatusFlags.NoError;

    // The server sends its intermediate certificates, and the file may have them.
    private X509ChainStatusFlags OwnFlagsOf(X509Certificate2 certificate, X509Chain? sent)
    {
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.ExtraStore.AddRange(authorities);
        if (sent is not null)
            own.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);

        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        return own.Build(certificate) ? X509ChainStatusFlags.NoError : FlagsOf(own);
    }

    private IEnumerable<string> FaultsOf(SslPolicyErrors errors, X509ChainStatusFlags flags)
    {
        const X509ChainStatusFlags Untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        if ((errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
            yield return "the server sent none";

        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            yield return "it is for another host name";

        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
            yield return "it has expired or is not valid yet";

        if ((flags & Untrusted) != 0)
            yield return authorities.Count == 0 ? "this machine does not trust its issuer" : "its issuer is trusted neither by this machine nor by CertificateAuthority";

        if ((flags & X509ChainStatusFlags.Revoked) != 0)
            yield return "it was revoked";

        var rest = flags & ~(Untrusted | X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.Revoked);
        if (rest != 0)
            yield return rest.ToString();
    }
}
#endif
