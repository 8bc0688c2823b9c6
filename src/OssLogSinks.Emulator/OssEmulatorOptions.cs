using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator;

/// <summary>
/// The emulator's settings. Set port, certificate, region, keys, buckets, data folder, <see cref="SyncData"/> and time provider before the start;
/// every other setting may be changed while the emulator runs, but with a data folder <see cref="KeepBodies"/> must stay true.
/// </summary>
public sealed class OssEmulatorOptions : IHttpSettings
{
    /// <summary>The TCP port on the loopback address; 0 (the default) chooses a free one.</summary>
    public int Port { get; set; }

    /// <summary>Serves https with this certificate, which needs its private key; null (the default) serves plain http.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>
    /// The folder where buckets and objects are stored: a change that was answered with success is there again after the process was killed.
    /// Null (the default) keeps them in memory only. One emulator at a time may use a folder. Needs <see cref="KeepBodies"/>.
    /// </summary>
    public string? DataFolder { get; set; }

    /// <summary>
    /// If true, each write is forced to the disk before its answer, so that it survives a power cut too. False by default: a killed process
    /// loses nothing either way.
    /// </summary>
    public bool SyncData { get; set; }

    /// <summary>
    /// If true (the default), the web page and its API are served below <c>/-/</c>, without signatures, for requests that name the loopback
    /// as their host.
    /// </summary>
    public bool ServePage { get; set; } = true;

    /// <summary>The region that V4 signatures must name; <c>cn-hangzhou</c> by default.</summary>
    public string Region { get; set; } = "cn-hangzhou";

    /// <summary>The access key id of the account; <c>emulator-key</c> by default.</summary>
    public string AccessKeyId { get; set; } = "emulator-key";

    /// <summary>The secret of that key; <c>emulator-secret</c> by default.</summary>
    public string AccessKeySecret { get; set; } = "emulator-secret";

    /// <summary>Additional keys, for example temporary keys or keys without some permissions. None by default.</summary>
    public IList<EmulatedCredentials> Credentials { get; } = [];

    /// <summary>The buckets that exist at the start; only <c>logs</c> by default.</summary>
    public IList<string> Buckets { get; } = ["logs"];

    /// <summary>Custom domains (CNAME): maps a host without port to a bucket. None by default.</summary>
    public IDictionary<string, string> CustomDomains { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>If true, path-style requests answer 403 SecondLevelDomainForbidden, as the real service does. False by default.</summary>
    public bool StrictVirtualHosted { get; set; }

    /// <summary>If false, V1 signatures answer 403, as for new accounts. True by default.</summary>
    public bool AcceptSignatureV1 { get; set; } = true;

    /// <summary>Maximum length of an appendable object, in bytes; 5 GiB by default.</summary>
    public long MaxAppendableSize { get; set; } = 5L * 1024 * 1024 * 1024;

    /// <summary>
    /// If true, SealAppendObject works. If false (the default), it answers 400 OperationNotSupported, as for an account that has not enabled it.
    /// </summary>
    public bool SealEnabled { get; set; }

    /// <summary>The status of an append to a sealed object: 409 (the default, as documented) or 400 (as in an SDK's test).</summary>
    public int AppendAfterSealStatus { get; set; } = 409;

    /// <summary>If false, errors of HEAD have no <c>x-oss-err</c> header, which has the error document. True by default.</summary>
    public bool HeadErrorDocuments { get; set; } = true;

    /// <summary>
    /// If false, bodies are counted into length and CRC-64 but not kept, so that memory does not grow under load; GET of such an object
    /// answers 500. True by default.
    /// </summary>
    public bool KeepBodies { get; set; } = true;

    /// <summary>If false, <see cref="OssEmulator.Requests"/> stays empty, which makes each request cheaper. True by default.</summary>
    public bool RecordRequests { get; set; } = true;

    /// <summary>
    /// Maximum number of recorded requests; the oldest are removed first. 100 000 by default. Fewer are kept if their headers and keys have
    /// more than 67 million characters in total.
    /// </summary>
    public int RecordLimit { get; set; } = 100_000;

    /// <summary>Delay before each answer is sent, to simulate a network; zero by default.</summary>
    public TimeSpan ResponseDelay { get; set; }

    /// <summary>How long a body may stall before the request answers 400 RequestTimeout; 30 seconds by default.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The emulator's clock and timers; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
