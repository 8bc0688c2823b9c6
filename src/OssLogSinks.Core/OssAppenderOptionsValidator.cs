using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>Finds all faults of the settings at once, and keeps the values that it parsed.</summary>
internal sealed class OssAppenderOptionsValidator
{
    private const int SmallestAppend = 4 << 10;
    private const int LargestAppend = 64 << 20;
    private const int MostWorkers = 64;
    private const int PartsOfMemory = 4;
    private const long SmallestBuffer = 8 << 20;
    private const int LongestName = 200;

    // Replaces credentials that were refused, so that they are not reported as missing too. It signs nothing.
    private static readonly StaticCredentialsProvider Refused = new("no-access-key", "no-secret");

    private static readonly Regex Quoted = new("'.*?'", RegexOptions.CultureInvariant);

    /// <summary>The longest time that every timer accepts.</summary>
    internal static readonly TimeSpan LongestTime = TimeSpan.FromDays(24);

    private readonly OssAppenderOptions _options;
    private readonly string? _bufferPath;

    // The secrets of the access key, which no name may contain. Other passwords are not among them: a name may contain an ordinary word.
    private readonly string?[] _secrets;
    private readonly List<SettingFault> _faults = [];

    /// <param name="options">The settings.</param>
    /// <param name="bufferPath">The buffer path to check; null if there is none or another one is used.</param>
    public OssAppenderOptionsValidator(OssAppenderOptions options, string? bufferPath)
    {
        _options = options;
        _bufferPath = bufferPath;
        _secrets = [options.AccessKeySecret, options.SecurityToken, .. StaticCredentialsProvider.SecretsOf(options.Credentials)];
    }

    /// <summary>The parsed key template; null if it has faults.</summary>
    public ObjectKeyTemplate? KeyTemplate { get; private set; }

    /// <summary>The settings of the built-in client; null if a custom client is used.</summary>
    public OssClientOptions? ClientOptions { get; private set; }

    public IReadOnlyList<SettingFault> Validate()
    {
        CheckKey();
        CheckLimits();
        CheckBuffer();
        CheckTimes();
        CheckObjectProperties();
        var credentials = CheckCredentials();
        if (_options.Client is null)
            CheckClient(credentials ?? DefaultCredentials());
        else
            Check(_options.RequestTimeout > TimeSpan.Zero && _options.RequestTimeout < TimeSpan.FromDays(1), nameof(_options.RequestTimeout), _options.RequestTimeout, "must be more than zero and less than a day.");

        Check(
            _options.Name is null || (_options.Name.Length <= LongestName && !_options.Name.Any(char.IsControl)),
            nameof(_options.Name),
            _options.Name,
            $"must have {Number(LongestName)} characters at most, and no line ends or other control characters.");
        Check(_options.TimeProvider is not null, nameof(_options.TimeProvider), null, "must not be null; leave it out to use the system clock.");
        Check(_options.Random is not null, nameof(_options.Random), null, "must not be null; leave it out to use random numbers.");
        CheckSecrets();
        return _options.WithoutSecrets(_faults);
    }

    // A secret in the wrong setting may be a valid host name or object key. It would be sent to name servers and written into reports.
    private void CheckSecrets()
    {
        var shown = new[]
        {
            (nameof(_options.Endpoint), _options.Endpoint),
            (nameof(_options.Bucket), _options.Bucket),
            (nameof(_options.Region), _options.Region),
            (nameof(_options.Proxy), _options.Proxy),
            (nameof(_options.ProxyUser), _options.ProxyUser),
            (nameof(_options.ObjectKey), _options.ObjectKey),
            (nameof(_options.Name), _options.Name),
        };
        foreach (var (setting, value) in shown)
        {
            if (value is not null && SecretText.Without(value, _secrets) != value && _faults.TrueForAll(fault => fault.Setting != setting))
                Add(setting, "contains the secret or the token of the access key; put it in the credentials only.");
        }
    }

    private void CheckKey()
    {
        Check(_options.RollingInterval is >= Rolling.OssRollingInterval.Infinite and <= Rolling.OssRollingInterval.Minute, nameof(_options.RollingInterval), _options.RollingInterval, "must be Infinite, Year, Month, Day, Hour or Minute.");
        Check(_options.Compression is OssCompression.None or OssCompression.Gzip, nameof(_options.Compression), _options.Compression, $"must be {nameof(OssCompression.None)} or {nameof(OssCompression.Gzip)}.");
        var faults = new List<string>();
        KeyTemplate = ObjectKeyTemplate.TryParse(_options.ObjectKey, new KeyShape(_options.RollingInterval, _options.Compression), ProcessIdentity.Current, faults);

        // A fault quotes parts of the key, and a part of a secret is not recognized as one. So mask each quoted part; the column is enough.
        var isSecret = _options.ObjectKey is { } key && (SecretText.LooksLikeOne(key) || SecretText.Without(key, _secrets) != key);
        foreach (var fault in faults)
            Add(nameof(_options.ObjectKey), $"in {SettingFault.Shown(_options.ObjectKey)}: {(isSecret ? Quoted.Replace(fault, $"'{SecretText.Mask}'") : fault)}.");
    }

    private void CheckLimits()
    {
        Check(_options.ObjectSizeLimitBytes is null or >= 1, nameof(_options.ObjectSizeLimitBytes), _options.ObjectSizeLimitBytes, "must be at least 1 byte, or null for no limit.");
        var isAppendRight = _options.AppendSizeLimitBytes is >= SmallestAppend and <= LargestAppend;
        Check(
            isAppendRight,
            nameof(_options.AppendSizeLimitBytes),
            _options.AppendSizeLimitBytes,
            $"must be from {Number(SmallestAppend)} to {Number(LargestAppend)} bytes.");
        Check(
            _options.EventSizeLimitBytes >= 1 && (_options.EventSizeLimitBytes <= _options.AppendSizeLimitBytes || !isAppendRight),
            nameof(_options.EventSizeLimitBytes),
            _options.EventSizeLimitBytes,
            $"must be from 1 to {nameof(_options.AppendSizeLimitBytes)} ({Number(_options.AppendSizeLimitBytes)}) bytes.");
        CheckHeader(isAppendRight);
        CheckMemory();
        Check(_options.ConcurrentAppends is >= 1 and <= MostWorkers, nameof(_options.ConcurrentAppends), _options.ConcurrentAppends, $"must be from 1 to {Number(MostWorkers)}.");
        Check(_options.OpenStreamLimit >= 1, nameof(_options.OpenStreamLimit), _options.OpenStreamLimit, "must be at least 1.");
    }

    private void CheckHeader(bool isAppendRight)
    {
        var length = ObjectFormat.HeaderOf(_options.ObjectHeader).Length;
        if (length == 0)
            return;

        var most = Math.Min(_options.AppendSizeLimitBytes - (long)_options.EventSizeLimitBytes, (_options.ObjectSizeLimitBytes ?? long.MaxValue) - 1);
        Check(
            length <= most || !isAppendRight,
            nameof(_options.ObjectHeader),
            _options.ObjectHeader,
            $"must have {Number(Math.Max(most, 0))} bytes at most, its line end included: space for a record of {nameof(_options.EventSizeLimitBytes)} in an append of {nameof(_options.AppendSizeLimitBytes)}, and less than {nameof(_options.ObjectSizeLimitBytes)}.");
    }

    private void CheckMemory()
    {
        var least = SmallestMemory();
        if (_bufferPath is null)
        {
            Check(
                _options.MemoryLimitBytes >= least,
                nameof(_options.MemoryLimitBytes),
                _options.MemoryLimitBytes,
                $"must be at least {Number(least)} bytes: twice {nameof(_options.AppendSizeLimitBytes)}, and space for a record of {nameof(_options.EventSizeLimitBytes)}.");
            return;
        }

        // Memory is divided between events to write, events to send, and events of ended processes; each part must suffice.
        least *= PartsOfMemory;
        Check(
            _options.MemoryLimitBytes >= least,
            nameof(_options.MemoryLimitBytes),
            _options.MemoryLimitBytes,
            $"must be at least {Number(least)} bytes with {nameof(_options.BufferPath)}: eight times {nameof(_options.AppendSizeLimitBytes)}, and space for {Number(PartsOfMemory)} records of {nameof(_options.EventSizeLimitBytes)}.");
    }

    // Memory is allocated in blocks, so a record can need more than its bytes. A record that can never fit would wait forever.
    private long SmallestMemory()
    {
        var largestRecord = Math.Min(Math.Max(_options.EventSizeLimitBytes, 0), LargestAppend);
        return Math.Max(2L * _options.AppendSizeLimitBytes, new AppendBatch(firstAcceptedAt: 0).CostOf(largestRecord) + AppendBatch.MostOverhead);
    }

    private void CheckBuffer()
    {
        if (_bufferPath is { } path && BufferPathRules.FaultOf(path) is { } problem)
            Add(nameof(_options.BufferPath), $"{SettingFault.Shown(path)} {problem}");

        var least = Math.Max(SmallestBuffer, 4L * _options.AppendSizeLimitBytes);
        Check(
            _options.BufferSizeLimitBytes >= least,
            nameof(_options.BufferSizeLimitBytes),
            _options.BufferSizeLimitBytes,
            $"must be at least {Number(least)} bytes: 8 MiB, and four times {nameof(_options.AppendSizeLimitBytes)}.");
        Check(
            _options.BufferFullAction is OssBufferFullAction.DropNewest or OssBufferFullAction.DropOldest,
            nameof(_options.BufferFullAction),
            _options.BufferFullAction,
            $"must be {nameof(OssBufferFullAction.DropNewest)} or {nameof(OssBufferFullAction.DropOldest)}.");
        Check(
            _options.BufferSync is OssBufferSync.EachWrite or OssBufferSync.Interval or OssBufferSync.None,
            nameof(_options.BufferSync),
            _options.BufferSync,
            $"must be {nameof(OssBufferSync.EachWrite)}, {nameof(OssBufferSync.Interval)} or {nameof(OssBufferSync.None)}.");
        CheckTime(_options.BufferSyncInterval, nameof(_options.BufferSyncInterval), mayBeZero: false);
    }

    private void CheckTimes()
    {
        CheckTime(_options.AppendInterval, nameof(_options.AppendInterval), mayBeZero: true);
        CheckTime(_options.RetryDelay, nameof(_options.RetryDelay), mayBeZero: false);
        CheckTime(_options.RetryDelayLimit, nameof(_options.RetryDelayLimit), mayBeZero: false);
        Check(_options.RetryDelayLimit >= _options.RetryDelay, nameof(_options.RetryDelayLimit), _options.RetryDelayLimit, $"must not be shorter than the pause after a first failure, {_options.RetryDelay}.");
        CheckTime(_options.RefusalRetryDelay, nameof(_options.RefusalRetryDelay), mayBeZero: false);
        CheckTime(_options.CloseTimeout, nameof(_options.CloseTimeout), mayBeZero: true);
        Check(_options.LateEventGrace is null || _options.LateEventGrace >= TimeSpan.Zero, nameof(_options.LateEventGrace), _options.LateEventGrace, "must be zero or more; leave it out to put late events in the object of their own time.");
        if (_options.RetryTimeLimit is { } limit && limit != Timeout.InfiniteTimeSpan)
            CheckTime(limit, nameof(_options.RetryTimeLimit), mayBeZero: false);
    }

    private void CheckObjectProperties()
    {
        if (_options.ObjectProperties is null)
        {
            Add(nameof(_options.ObjectProperties), "is null, but must not be null; leave it out for no properties.");
            return;
        }

        var faults = new List<string>();
        ObjectPropertyHeaders.Check(_options.ObjectProperties, faults);
        foreach (var sentence in faults)
            AddSentence(sentence, nameof(_options.ObjectProperties) + ".");
    }

    // The credentials from the settings; null if there are none and the default is used. With faults, the refused ones take their place.
    private IOssCredentialsProvider? CheckCredentials()
    {
        var (id, secret, token) = (Given(_options.AccessKeyId), Given(_options.AccessKeySecret), Given(_options.SecurityToken));
        var before = _faults.Count;
        if (id is null != secret is null)
            AddHalfAKey(id is null ? (nameof(_options.AccessKeyId), nameof(_options.AccessKeySecret)) : (nameof(_options.AccessKeySecret), nameof(_options.AccessKeyId)));
        else if (id is not null)
            _faults.AddRange(OssCredentials.Validate(id, secret, token));
        else if (token is not null)
            Add(nameof(_options.SecurityToken), $"belongs to a temporary access key: set {nameof(_options.AccessKeyId)} and {nameof(_options.AccessKeySecret)} too.");

        if (_options.Credentials is not null && (id ?? secret) is not null)
            Add(nameof(_options.Credentials), "cannot be used together with an access key; leave one of the two out.");

        return _faults.Count > before ? Refused : id is null ? _options.Credentials : new StaticCredentialsProvider(id, secret!, token);
    }

    private void AddHalfAKey((string Missing, string Given) half) => Add(half.Missing, $"is empty; set it together with {half.Given}, or leave both out.");

    // Configuration often contains empty strings.
    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private void CheckClient(IOssCredentialsProvider credentials)
    {
        ClientOptions = new OssClientOptions
        {
            Endpoint = _options.Endpoint,
            Bucket = _options.Bucket,
            Region = _options.Region,
            Network = _options.Network,
            AddressingStyle = _options.AddressingStyle,
            SignatureVersion = _options.SignatureVersion,
            Credentials = credentials,
            RequestTimeout = _options.RequestTimeout,
            ConnectTimeout = _options.ConnectTimeout,
            MaxConnections = Math.Max(1, _options.ConcurrentAppends),
            HttpMessageHandler = _options.HttpMessageHandler,
            Proxy = CheckProxy(),
            ClientCertificate = _options.ClientCertificate,
            ClientCertificateKey = _options.ClientCertificateKey,
            ClientCertificatePassword = _options.ClientCertificatePassword,
            CertificateAuthority = _options.CertificateAuthority,
            TrafficLimitBitsPerSecond = _options.TrafficLimitBitsPerSecond,
            TimeProvider = _options.TimeProvider,
        };

        foreach (var sentence in ClientOptions.Validate())
            AddSentence(sentence, "");

        CheckTrafficLimit();
    }

    private WebProxy? CheckProxy()
    {
        var settings = new ProxySettings(Given(_options.Proxy), Given(_options.ProxyUser), Given(_options.ProxyPassword), Given(_options.ProxyBypass));
        if (settings.Address is not null && _options.HttpMessageHandler is not null)
            Add(nameof(_options.Proxy), $"has no effect with {nameof(_options.HttpMessageHandler)}; leave one of the two out.");

        return settings.Read(_faults);
    }

    // At this limit, OSS takes so many seconds to read the largest append, and the request must not time out before.
    private void CheckTrafficLimit()
    {
        if (_options.TrafficLimitBitsPerSecond is not { } limit || limit <= 0)
            return;

        var seconds = Math.Ceiling(_options.AppendSizeLimitBytes * 8.0 / limit);
        if (seconds >= _options.RequestTimeout.TotalSeconds)
        {
            Add(
                nameof(_options.TrafficLimitBitsPerSecond),
                $"is {Number(limit)}, so that an append of {nameof(_options.AppendSizeLimitBytes)} ({Number(_options.AppendSizeLimitBytes)}) takes {seconds.ToString(CultureInfo.InvariantCulture)} seconds, but {nameof(_options.RequestTimeout)} is {_options.RequestTimeout}; raise the limit or the timeout, or make appends smaller.");
        }
    }

    // The client reports a fault as 'Setting: what to do.'
    private void AddSentence(string sentence, string prefix)
    {
        var colon = sentence.IndexOf(':');
        var setting = sentence.Substring(0, colon);
        Add(prefix + setting, sentence.Substring(colon + 1).Trim());
    }

    // The chain first reads environment variables, OSS_... and ALIBABA_CLOUD_.... Half a key in them is a mistake, so it is a fault at start.
    private ChainCredentialsProvider DefaultCredentials()
    {
        var site = SourceSite.New();
        if (EnvironmentCredentialsProvider.FaultOf(site.Surroundings.Variable) is { } fault)
            Add(nameof(_options.Credentials), "are not set, and those of the environment cannot be used. " + fault);

        return new ChainCredentialsProvider(site);
    }

    private void CheckTime(TimeSpan time, string setting, bool mayBeZero)
    {
        var isLongEnough = mayBeZero ? time >= TimeSpan.Zero : time > TimeSpan.Zero;
        Check(isLongEnough && time <= LongestTime, setting, time, $"must be {(mayBeZero ? "from zero" : "more than zero and")} up to {Number(LongestTime.Days)} days.");
    }

    private void Check(bool isRight, string setting, object? value, string need)
    {
        if (!isRight)
            _faults.Add(SettingFault.OfValue(setting, value, need));
    }

    private void Add(string setting, string problem) => _faults.Add(new SettingFault(setting, problem));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
