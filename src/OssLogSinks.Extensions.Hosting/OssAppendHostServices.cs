using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Extensions.Hosting;

/// <summary>
/// Services of the host for sinks that are configured in a file and so know no container. In <c>appsettings.json</c>,
/// <c>"credentials": "OssLogSinks.Extensions.Hosting.OssAppendHostServices::Credentials, OssLogSinks.Extensions.Hosting"</c> names the
/// host's <see cref="IOssCredentialsProvider"/>. Of several hosts with <c>AddOssAppendServices()</c>, the one that started last and still runs is
/// used. Until a host starts, events wait, up to the sink's <c>RetryTimeLimit</c>; if <c>RetryRefusals</c> is off, they are dropped at once. An
/// audit does not wait: its log calls throw.
/// </summary>
public static class OssAppendHostServices
{
    private const string NotStarted = "No host with AddOssAppendServices() has started, so its services cannot be used yet.";

    // Guarded by itself; the last one that started comes last. The only one left is not removed, since sinks close after their host.
    private static readonly List<IServiceProvider> Hosts = [];

    /// <summary>The <see cref="IOssCredentialsProvider"/> of the host's container.</summary>
    public static IOssCredentialsProvider Credentials { get; } = new HostCredentials();

    /// <summary>The <see cref="IOssClient"/> of the host's container.</summary>
    public static IOssClient Client { get; } = new HostClient();

    /// <summary>Lets sinks use the services of the host from its start on.</summary>
    internal sealed class Start(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lock (Hosts)
                Hosts.Add(services);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            lock (Hosts)
            {
                if (Hosts.Count > 1)
                    Hosts.Remove(services);
            }

            return Task.CompletedTask;
        }
    }

    // Resolves a service once for each host and keeps it: at the end of a host, its sinks close after its container was disposed.
    private sealed class FromHost<T>
        where T : class
    {
        private volatile Found? _found;

        public T Find()
        {
            IServiceProvider services;
            lock (Hosts)
                services = Hosts.Count > 0 ? Hosts[Hosts.Count - 1] : throw new OssCredentialsException(NotStarted);
            if (_found is { } found && found.Services == services)
                return found.Service;

            var service = services.GetService<T>() ?? throw new OssCredentialsException($"The host has no service {typeof(T).FullName}, which a log sink needs.");
            _found = new Found(services, service);
            return service;
        }

        private sealed record Found(IServiceProvider Services, T Service);
    }

    private sealed class HostCredentials : IOssCredentialsProvider
    {
        private readonly FromHost<IOssCredentialsProvider> _provider = new();

        public ValueTask<OssCredentials> GetCredentialsAsync(OssCredentials? rejected, CancellationToken cancellationToken) =>
            _provider.Find().GetCredentialsAsync(rejected, cancellationToken);
    }

    private sealed class HostClient : IOssClient
    {
        private readonly FromHost<IOssClient> _client = new();

        public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => _client.Find().AppendObjectAsync(request, cancellationToken);

        public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken) => _client.Find().HeadObjectAsync(request, cancellationToken);

        public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => _client.Find().GetObjectAsync(request, cancellationToken);

        public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => _client.Find().SealObjectAsync(key, position, cancellationToken);
    }
}
