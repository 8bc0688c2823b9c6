namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// What a provider learns from the client that uses it. A provider over another one has the contact of that one, so that both learn the
/// same. If several clients use one provider, what the last one has set counts.
/// </summary>
internal sealed class ServiceContact(TimeProvider time)
{
    /// <summary>The service's time. Expirations are compared with it.</summary>
    public ServerClock Clock { get; } = new(time);

    /// <summary>The bucket's region if it is reached by its internal endpoint; null otherwise, or while no client uses the provider.</summary>
    public string? InternalRegion { get; set; }

    /// <summary>Renewed credentials that the service refused too, in their first request; null if there are none.</summary>
    public OssCredentials? RefusedAtOnce { get; set; }

    /// <summary>How STS and other far services are reached. Default: as this machine reaches them.</summary>
    public CredentialsHttp Http { get; set; } = CredentialsHttp.OfMachine;
}

/// <summary>
/// A provider that limits its own failures, so that the client need not, and that learns from the client.
/// </summary>
internal interface IRenewingProvider : IOssCredentialsProvider
{
    ServiceContact Contact { get; }

    /// <summary>Which of several sources was chosen; null if there is nothing to choose, or none is chosen yet.</summary>
    string? Choice { get; }
}
