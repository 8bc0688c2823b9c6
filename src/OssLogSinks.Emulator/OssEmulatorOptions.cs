using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Http;

namespace OssLogSinks.Emulator;

/// <summary>How the emulator behaves. Port, keys, buckets and time provider count at the start; every other setting may change while it runs.</summary>
public sealed class OssEmulatorOptions : IHttpSettings
{
    /// <summary>The TCP port on the loopback; 0 (the default) takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>The region that V4 signatures must name; <c>cn-hangzhou</c> by default.</summary>
    public string Region { get; set; } = "cn-hangzhou";

    /// <summary>The access key id of the account; <c>emulator-key</c> by default.</summary>
    public string AccessKeyId { get; set; } = "emulator-key";

    /// <summary>The secret of that key; <c>emulator-secret</c> by default.</summary>
    public string AccessKeySecret { get; set; } = "emulator-secret";

    /// <summary>More keys: temporary ones, ones without permissions. None by default.</summary>
    public IList<EmulatedCredentials> Credentials { get; } = [];

    /// <summary>The buckets that exist from the start; one, <c>logs</c>, by default.</summary>
    public IList<string> Buckets { get; } = ["logs"];

    /// <summary>Custom domains (CNAME): host without port to bucket. None by default.</summary>
    public IDictionary<string, string> CustomDomains { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>True: path-style requests answer 403 SecondLevelDomainForbidden, as the real service does. False by default.</summary>
    public bool StrictVirtualHosted { get; set; }

    /// <summary>False: V1 signatures answer 403, as for new accounts. True by default.</summary>
    public bool AcceptSignatureV1 { get; set; } = true;

    /// <summary>How long an appendable object may become, in bytes; 5 GiB by default.</summary>
    public long MaxAppendableSize { get; set; } = 5L * 1024 * 1024 * 1024;

    /// <summary>True: SealAppendObject works. False (the default): 400 OperationNotSupported, as for an account that has not asked for it.</summary>
    public bool SealEnabled { get; set; }

    /// <summary>The status of an append to a sealed object: 409 (the default, by the documentation) or 400 (by an SDK's test).</summary>
    public int AppendAfterSealStatus { get; set; } = 409;

    /// <summary>False: errors of HEAD come without <c>x-oss-err</c>, by status alone. True by default.</summary>
    public bool HeadErrorDocuments { get; set; } = true;

    /// <summary>
    /// False: bodies are read and counted into length and CRC-64 but not kept, so that memory stays flat under load; GET of such
    /// an object answers 500. True by default.
    /// </summary>
    public bool KeepBodies { get; set; } = true;

    /// <summary>False: <see cref="OssEmulator.Requests"/> stays empty, which makes each request cheaper. True by default.</summary>
    public bool RecordRequests { get; set; } = true;

    /// <summary>
    /// How many requests are remembered, the oldest going first; 100 000 by default. Fewer are if their headers and keys are longer than
    /// 64 million characters together.
    /// </summary>
    public int RecordLimit { get; set; } = 100_000;

    /// <summary>How long each answer waits before it is sent, as a network would; zero by default.</summary>
    public TimeSpan ResponseDelay { get; set; }

    /// <summary>How long a body may stall before the request answers 400 RequestTimeout; 30 seconds by default.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock and timers of the emulator; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
