namespace OssLogSinks.Core.Telemetry;

/// <summary>What kind of failure it was.</summary>
public enum OssFailureKind
{
    /// <summary>None of the other kinds, or not known. The message, and the exception if there is one, may say more.</summary>
    Unknown,

    /// <summary>OSS answered and refused; <see cref="Client.Errors.OssException.Code"/>, if any, says why.</summary>
    Refused,

    /// <summary>There were no valid credentials: the credentials provider failed, or returned a value that cannot be a key.</summary>
    Credentials,

    /// <summary>The name of the endpoint's host cannot be resolved.</summary>
    NameNotResolved,

    /// <summary>The endpoint's host refuses connections on that port.</summary>
    ConnectionRefused,

    /// <summary>The endpoint cannot be reached for another reason: the network has no route to it, for instance.</summary>
    Unreachable,

    /// <summary>No connection to the endpoint was opened in time.</summary>
    ConnectTimeout,

    /// <summary>The connection was lost before a usable answer came.</summary>
    ConnectionLost,

    /// <summary>No answer came in time.</summary>
    NoAnswer,

    /// <summary>The endpoint's certificate is not accepted.</summary>
    Certificate,

    /// <summary>No TLS connection can be made, for a reason other than the certificate; an endpoint that speaks plain HTTP, for instance.</summary>
    Tls,

    /// <summary>The proxy cannot be reached, needs credentials, or refuses to connect to the endpoint.</summary>
    Proxy,

    /// <summary>The server is not OSS: a login page, a gateway, a firewall, or another service.</summary>
    NotOss,

    /// <summary>The disk buffer does not work. Only a <see cref="DeliveryFailure"/> has this kind, since no request failed.</summary>
    Buffer,
}

/// <summary>
/// An exception of this library for a failure outside. Its message can be reported.
/// </summary>
internal interface IExplainedFailure
{
    OssFailureKind Kind { get; }

    /// <summary>The service's error code; null when there was none to read.</summary>
    string? Code { get; }

    /// <summary>A sentence that says what to do about it; empty if there is nothing to add to the message.</summary>
    string Advice { get; }

    /// <summary>The section of docs/troubleshooting.md that explains it.</summary>
    string HelpAnchor { get; }
}
