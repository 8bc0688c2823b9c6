using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Checks;

/// <summary>The outcome of one check.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="State"><c>ok</c>, <c>warning</c>, <c>failed</c> or <c>skipped</c>.</param>
/// <param name="Words">What was found.</param>
/// <param name="Cure">What to do; empty if nothing is to do.</param>
internal sealed record Diagnosis(string Name, string State, string Words, string Cure = "");

/// <summary>
/// Checks one thing after the other that the sinks need, from the name of the host to an event that comes back. Later checks are skipped
/// if they need one that failed.
/// </summary>
internal sealed class Doctor(BucketSettings settings, TimeProvider time, Action<Diagnosis> report)
{
    // OSS refuses requests whose time is farther off.
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan NoticeableSkew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The beginning of the probe object's key.</summary>
    public string ProbePrefix { get; init; } = "";

    /// <summary>Told what is true if the checks are stopped now.</summary>
    public Action<string>? AfterStop { get; init; }

    /// <summary>The buffer folder to check; null if the sink has none.</summary>
    public string? BufferPath { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isReachable = await CheckNetworkAsync(cancellationToken).ConfigureAwait(false);
        if (isReachable && await CheckCredentialsAsync(cancellationToken).ConfigureAwait(false))
            await CheckBucketAsync(cancellationToken).ConfigureAwait(false);
        else
            report(new Diagnosis("bucket", "skipped", "A check before this one failed."));

        if (BufferPath is { } path)
            CheckBuffer(path);
    }

    private async Task<bool> CheckNetworkAsync(CancellationToken cancellationToken)
    {
        var address = AddressOf(settings);
        var proxy = settings.Connection.ProxyTo(address);
        return (proxy is null ? await CheckNameAsync(address, cancellationToken).ConfigureAwait(false) : await CheckProxyAsync(proxy, cancellationToken).ConfigureAwait(false))
            && await CheckConnectionAsync(address, cancellationToken).ConfigureAwait(false)
            && await CheckClockAsync(address, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> CheckNameAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(address.DnsSafeHost, cancellationToken).ConfigureAwait(false);
            report(new Diagnosis("name", "ok", $"{address.DnsSafeHost} is {string.Join(", ", found.Take(3).Select(ip => ip.ToString()))}."));
            return true;
        }
        catch (SocketException)
        {
            report(new Diagnosis("name", "failed", $"{address.DnsSafeHost} cannot be resolved.", "Check the endpoint, the region, the bucket's name and this machine's DNS."));
            return false;
        }
    }

    // Behind a proxy, this machine need not know the name of the host.
    private async Task<bool> CheckProxyAsync(Uri proxy, CancellationToken cancellationToken)
    {
        var origin = settings.Connection.Proxy is not null ? "the setting proxy" : "HTTPS_PROXY or the system";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(proxy.DnsSafeHost, proxy.Port, limit.Token).ConfigureAwait(false);
            report(new Diagnosis("proxy", "ok", $"{proxy.Authority}, from {origin}, takes connections."));
            return true;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            report(new Diagnosis("proxy", "failed", $"{proxy.Authority}, from {origin}, cannot be reached.", "Correct the proxy's host and port. To go without it, use the setting proxyBypass, or NO_PROXY."));
            return false;
        }
    }

    // The client itself connects, with the sink's proxy and certificates. Any answer of OSS will do, also that it does not know this key.
    private async Task<bool> CheckConnectionAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = (settings with { Credentials = new StaticCredentialsProvider("oss-logs-doctor", "oss-logs-doctor"), RequestTimeout = Timeout }).Open();
        try
        {
            await client.ListObjectsAsync(new ListObjectsRequest { MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);
        }
        catch (OssException exception) when (exception.StatusCode == 0 || exception.Kind is OssFailureKind.NotOss or OssFailureKind.Proxy)
        {
            Fail("connection", exception);
            return false;
        }
        catch (OssException)
        {
            // OSS has answered.
        }

        if (address.Scheme == Uri.UriSchemeHttps)
            report(new Diagnosis("connection", "ok", $"{address.Authority} answers over TLS, with a certificate that is trusted{(settings.Connection.CertificateAuthority is null ? "" : " by this machine or certificateAuthority")}."));
        else
            report(new Diagnosis("connection", address.IsLoopback ? "ok" : "warning", $"{address.Authority} answers, without TLS.", address.IsLoopback ? "" : "Use https:// so that nobody on the way reads the logs."));

        return true;
    }

    private async Task<bool> CheckClockAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new HttpClient(settings.Connection.CreateHandler()) { Timeout = Timeout };
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            using var answer = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer.Headers.Date is not { } date)
            {
                report(new Diagnosis("clock", "skipped", "The service does not say its time."));
                return true;
            }

            var skew = time.GetUtcNow() - date;
            var words = string.Create(CultureInfo.InvariantCulture, $"This machine's clock is {skew.TotalSeconds:+0;-0;0} s off the service's.");
            var state = skew.Duration() > LargestSkew ? "failed" : skew.Duration() > NoticeableSkew ? "warning" : "ok";
            report(new Diagnosis("clock", state, words, state == "ok" ? "" : "Set the clock, with NTP for instance. The sinks correct signatures by the service's time, but event times stay wrong."));
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            report(new Diagnosis("clock", "skipped", "The service did not answer an unsigned request."));
            return true;
        }
    }

    private async Task<bool> CheckCredentialsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var credentials = await settings.Credentials.GetCredentialsAsync(null, cancellationToken).ConfigureAwait(false);
            report(new Diagnosis("credentials", "ok", $"Found {credentials}."));
            return true;
        }
        catch (Exception exception) when (FailureText.Of(exception) is not null)
        {
            Fail("credentials", exception);
            return false;
        }
    }

    private async Task CheckBucketAsync(CancellationToken cancellationToken)
    {
        using var client = settings.Open();
        var key = $"{ProbePrefix}oss-logs-probe-{Guid.NewGuid():N}.txt";
        var line = Encoding.ASCII.GetBytes("A probe of oss-logs doctor. You can delete it.\n");
        AfterStop?.Invoke($"The probe object {key} may be left in the bucket. Delete it.");
        if (!await TryAsync("append", $"oss:PutObject: appended {key}.", () => client.AppendObjectAsync(new AppendObjectRequest(key, 0, new ReadOnlySequence<byte>(line)), cancellationToken)).ConfigureAwait(false))
        {
            report(new Diagnosis("read", "skipped", "Nothing could be appended."));
        }
        else
        {
            await TryAsync("read", "oss:GetObject: the appended bytes came back.", () => ReadBackAsync(client, key, line, cancellationToken)).ConfigureAwait(false);
            await CheckDeletionAsync(client, key, cancellationToken).ConfigureAwait(false);
        }

        AfterStop?.Invoke("");
        await CheckListingAsync(client, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> ReadBackAsync(OssClient client, string key, byte[] line, CancellationToken cancellationToken)
    {
        var head = await client.HeadObjectAsync(new HeadObjectRequest(key), cancellationToken).ConfigureAwait(false);
        using var answer = await client.GetObjectAsync(new GetObjectRequest(key), cancellationToken).ConfigureAwait(false);
        var bytes = new byte[line.Length];
        await answer.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.AsSpan().SequenceEqual(line) && head?.Crc64 == Crc64.Append(0, line)
            ? true
            : throw new ToolException(ExitCodes.Found, "Other bytes came back.", "Something between this machine and OSS changes data: look for a proxy.");
    }

    // The sinks need neither of these two; this tool does.
    private async Task CheckDeletionAsync(OssClient client, string key, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteObjectAsync(key, cancellationToken).ConfigureAwait(false);
            report(new Diagnosis("clean up", "ok", "oss:DeleteObject: the probe object was deleted. The sinks do not need this action."));
        }
        catch (OssException exception) when (exception.Code == "AccessDenied")
        {
            report(new Diagnosis("clean up", "ok", $"This key may not delete, as it should be for sinks. The probe object {key} stays."));
        }
        catch (Exception exception) when (FailureText.Of(exception) is { } failure)
        {
            report(new Diagnosis("clean up", "warning", $"{failure.Cause} The probe object {key} may still be there.", $"{failure.Cure} Delete it.".TrimStart()));
        }
    }

    private async Task CheckListingAsync(OssClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.ListObjectsAsync(new ListObjectsRequest { Prefix = ProbePrefix, MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);
            report(new Diagnosis("list", "ok", "oss:ListObjects: ls, cat, tail, find, verify and cost can list."));
        }
        catch (OssException exception) when (exception.Code == "AccessDenied")
        {
            report(new Diagnosis("list", "warning", exception.Message, "The sinks do not list. To read with this tool, grant oss:ListObjects on the bucket to the key that you read with."));
        }
        catch (Exception exception) when (FailureText.Of(exception) is { } failure)
        {
            report(new Diagnosis("list", "warning", failure.Cause, $"The sinks do not list. {failure.Cure}".TrimEnd()));
        }
    }

    private void CheckBuffer(string path)
    {
        var probe = Path.Combine(path, $"oss-logs-probe-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(path);
            using (var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write))
            {
                file.WriteByte(1);
                file.Flush(flushToDisk: true);
            }

            File.Delete(probe);
            var free = new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;
            report(new Diagnosis("buffer", "ok", $"{path} can be written; {Quantities.Bytes(free)} are free."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            report(new Diagnosis("buffer", "failed", $"{path} cannot be written: {exception.Message}", "Create the folder, and give the application's user the right to write there."));
        }
    }

    private async Task<bool> TryAsync<T>(string name, string words, Func<Task<T>> act)
    {
        try
        {
            await act().ConfigureAwait(false);
            report(new Diagnosis(name, "ok", words));
            return true;
        }
        catch (Exception exception) when (FailureText.Of(exception) is not null)
        {
            Fail(name, exception);
            return false;
        }
    }

    private void Fail(string name, Exception exception)
    {
        var failure = FailureText.Of(exception)!;
        report(new Diagnosis(name, "failed", failure.Cause, failure.Cure));
    }

    // Where requests go: at the hosts of aliyuncs.com, the bucket is a part of the host's name.
    private static Uri AddressOf(BucketSettings settings)
    {
        var endpoint = !string.IsNullOrEmpty(settings.Endpoint) ? settings.Endpoint : settings.Network switch
        {
            OssNetwork.Internal => $"oss-{settings.Region}-internal.aliyuncs.com",
            OssNetwork.Accelerated => "oss-accelerate.aliyuncs.com",
            OssNetwork.DualStack => $"{settings.Region}.oss.aliyuncs.com",
            _ => $"oss-{settings.Region}.aliyuncs.com",
        };
        var uri = new Uri(endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : "https://" + endpoint);
        return uri.Host.EndsWith(".aliyuncs.com", StringComparison.Ordinal) ? new UriBuilder(uri) { Host = $"{settings.Bucket}.{uri.Host}" }.Uri : uri;
    }
}
