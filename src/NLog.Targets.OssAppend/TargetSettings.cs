using NLog.Layouts;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;

namespace NLog.Targets.OssAppend;

/// <summary>Reads the target's settings once, and names every fault there is by the user's own property names.</summary>
internal sealed class TargetSettings
{
    private static readonly LogEventInfo NoEvent = LogEventInfo.CreateNullEvent();

    // The settings whose names say their unit here, or that consist of several.
    private static readonly Dictionary<string, string> NamesHere = new(StringComparer.Ordinal)
    {
        [nameof(OssAppenderOptions.Credentials)] = nameof(OssAppendTarget.AccessKeyId) + ", " + nameof(OssAppendTarget.AccessKeySecret),
        [nameof(OssAppenderOptions.AppendInterval)] = nameof(OssAppendTarget.AppendIntervalMilliseconds),
        [nameof(OssAppenderOptions.BufferSyncInterval)] = nameof(OssAppendTarget.BufferSyncIntervalMilliseconds),
        [nameof(OssAppenderOptions.LateEventGrace)] = nameof(OssAppendTarget.LateEventGraceSeconds),
        [nameof(OssAppenderOptions.RequestTimeout)] = nameof(OssAppendTarget.RequestTimeoutSeconds),
        [nameof(OssAppenderOptions.ConnectTimeout)] = nameof(OssAppendTarget.ConnectTimeoutSeconds),
        [nameof(OssAppenderOptions.RetryDelay)] = nameof(OssAppendTarget.RetryDelayMilliseconds),
        [nameof(OssAppenderOptions.RetryDelayLimit)] = nameof(OssAppendTarget.RetryDelayLimitSeconds),
        [nameof(OssAppenderOptions.RefusalRetryDelay)] = nameof(OssAppendTarget.RefusalRetryDelaySeconds),
        [nameof(OssAppenderOptions.RetryTimeLimit)] = nameof(OssAppendTarget.RetryTimeLimitSeconds),
        [nameof(OssAppenderOptions.CloseTimeout)] = nameof(OssAppendTarget.CloseTimeoutSeconds),
    };

    // In place of credentials that are refused here, so that the core's check does not report them as missing. It signs nothing.
    private static readonly StaticCredentialsProvider RefusedAlready = new("no-access-key", "no-secret");

    // How often events are taken that come one by one; with a buffer they are not safe before.
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(10);

    private const string PartPrefix = nameof(OssAppenderOptions.ObjectProperties) + ".";

    private readonly OssAppendTarget _target;
    private readonly List<string> _faults = [];

    public TargetSettings(OssAppendTarget target) => _target = target;

    /// <summary>The core's options; what cannot be turned into them is noted as a fault.</summary>
    public OssAppenderOptions ToOptions(KeyLayout key)
    {
        var options = new OssAppenderOptions
        {
            Endpoint = Text(_target.Endpoint),
            AllowPlainHttp = _target.AllowPlainHttp,
            Bucket = Text(_target.Bucket),
            Region = Text(_target.Region),
            AddressingStyle = _target.AddressingStyle,
            SignatureVersion = _target.SignatureVersion,
            ObjectKey = key.Template,
            UseLocalTime = _target.UseLocalTime,
            RollingInterval = _target.RollingInterval,
            LateEventGrace = _target.LateEventGraceSeconds is { } grace ? Seconds(grace) : null,
            ObjectSizeLimit = _target.ObjectSizeLimit == 0 ? null : _target.ObjectSizeLimit,
            RollOnObjectSizeLimit = _target.RollOnObjectSizeLimit,
            Compression = _target.Compression,
            ObjectHeader = ObjectHeader(),
            ObjectProperties = ObjectProperties(),
            SendContentMd5 = _target.SendContentMd5,
            SealFinishedObjects = _target.SealFinishedObjects,
            AppendSizeLimit = _target.AppendSizeLimit,
            RecordSizeLimit = _target.RecordSizeLimit,
            MemoryLimit = _target.MemoryLimit,
            BufferPath = BufferPath(),
            BufferSizeLimitBytes = _target.BufferSizeLimitBytes,
            BufferFullAction = _target.BufferFullAction,
            BufferSync = _target.BufferSync,
            BufferSyncInterval = Milliseconds(_target.BufferSyncIntervalMilliseconds),
            ConcurrentAppends = _target.ConcurrentAppends,
            OpenStreamLimit = _target.OpenStreamLimit,
            AppendInterval = Milliseconds(_target.AppendIntervalMilliseconds),
            RequestTimeout = Seconds(_target.RequestTimeoutSeconds),
            ConnectTimeout = Seconds(_target.ConnectTimeoutSeconds),
            RetryDelay = Milliseconds(_target.RetryDelayMilliseconds),
            RetryDelayLimit = Seconds(_target.RetryDelayLimitSeconds),
            RefusalRetryDelay = Seconds(_target.RefusalRetryDelaySeconds),
            RetryTimeLimit = RetryTimeLimit(),
            CloseTimeout = Seconds(_target.CloseTimeoutSeconds),
            Credentials = Credentials(),
            Name = _target.Name,
        };

        _target.Configure?.Invoke(options);
        return options;
    }

    public PipelineSettings ToPipelineSettings(OssAppenderOptions options)
    {
        var isBlocking = _target.OverflowAction == AsyncTargetWrapperOverflowAction.Block;
        var blockTimeout = _target.BlockTimeoutMilliseconds == -1 ? Timeout.InfiniteTimeSpan : Milliseconds(_target.BlockTimeoutMilliseconds);
        var intake = new IntakeSettings(
            _target.OverflowAction == AsyncTargetWrapperOverflowAction.Grow ? int.MaxValue : _target.QueueLimit,
            _target.BatchSize,
            BatchInterval,
            isBlocking ? blockTimeout : TimeSpan.Zero,
            options.CloseTimeout)
        {
            EventSizeLimit = _target.DropTooLargeEvents ? int.MaxValue : options.RecordSizeLimit,
            YieldsIfRefused = _target.OverflowAction == AsyncTargetWrapperOverflowAction.Discard,
            HasBuffer = options.BufferPath is not null,
            RenderAtCall = _target.RenderAtCall,
            Time = options.TimeProvider,
        };
        return new PipelineSettings(
            intake,
            _target.FlushTarget,
            _target.FlushTimeoutSeconds == -1 ? Timeout.InfiniteTimeSpan : Seconds(_target.FlushTimeoutSeconds),
            _target.DrainOnProcessExit);
    }

    /// <summary>Every fault, each as 'Property: what to do.'</summary>
    public IReadOnlyList<string> Check(OssAppenderOptions options, KeyLayout key)
    {
        Check(!Layout.IsNullOrEmpty(_target.Layout), nameof(_target.Layout), "", "must not be empty; leave it out for NLog's usual one.");
        Check(_target.LineEnding is not null, nameof(_target.LineEnding), null, "must not be; None stands for none.");
        Check(_target.QueueLimit >= 1, nameof(_target.QueueLimit), _target.QueueLimit, "must be at least 1.");
        Check(_target.BatchSize >= 1, nameof(_target.BatchSize), _target.BatchSize, "must be at least 1.");
        Check(_target.BlockTimeoutMilliseconds >= -1, nameof(_target.BlockTimeoutMilliseconds), _target.BlockTimeoutMilliseconds, "must be at least 0, or -1 for as long as it takes.");
        Check(
            _target.OverflowAction is AsyncTargetWrapperOverflowAction.Discard or AsyncTargetWrapperOverflowAction.Block or AsyncTargetWrapperOverflowAction.Grow,
            nameof(_target.OverflowAction),
            _target.OverflowAction,
            "must be Discard, Block or Grow.");
        Check(
            !_target.RenderAtCall || _target.OverflowAction != AsyncTargetWrapperOverflowAction.Grow,
            nameof(_target.OverflowAction),
            _target.OverflowAction,
            "must be Discard or Block with RenderAtCall: what waits is bounded by MemoryLimit.");
        Check(_target.FlushTarget is OssFlushTarget.Oss or OssFlushTarget.Disk, nameof(_target.FlushTarget), _target.FlushTarget, "must be Oss or Disk.");
        Check(_target.FlushTimeoutSeconds is -1 or (>= 1 and <= 86_400), nameof(_target.FlushTimeoutSeconds), _target.FlushTimeoutSeconds, "must be 1 to 86400, or -1 for as long as it takes.");
        foreach (var fault in key.Faults)
            Add(nameof(_target.ObjectKey), fault);

        foreach (var fault in options.Validate().Where(f => !IsTold(f)).Select(InWordsOfTheTarget))
            Add(fault.Setting, fault.Setting == nameof(_target.ObjectKey) && key.HasRenderers ? $"{fault.Problem} (Each layout renderer of {SettingFault.Shown(_target.ObjectKey.ToString())} is a place in it.)" : fault.Problem);

        return _faults;
    }

    // As NLog's own file target does: what a layout has as a header of its own is one.
    private string? ObjectHeader()
    {
        var layout = _target.ObjectHeader ?? (_target.Layout as LayoutWithHeaderAndFooter)?.Header;
        var text = layout?.Render(NoEvent);
        return string.IsNullOrEmpty(text) ? null : text + _target.LineEnding?.NewLineCharacters;
    }

    // A path that was asked for and came out empty is a fault: nobody shall think that a buffer is there.
    private string? BufferPath() => _target.BufferPath is { } path ? Text(path) ?? "" : null;

    private TimeSpan? RetryTimeLimit() => _target.RetryTimeLimitSeconds switch
    {
        null => null,
        -1 => Timeout.InfiniteTimeSpan,
        { } count => Seconds(count),
    };

    private OssObjectProperties ObjectProperties() => new()
    {
        ContentType = Text(_target.ContentType),
        ContentEncoding = Text(_target.ContentEncoding),
        ContentDisposition = Text(_target.ContentDisposition),
        CacheControl = Text(_target.CacheControl),
        Acl = _target.ObjectAcl,
        StorageClass = _target.StorageClass,
        ServerSideEncryption = _target.ServerSideEncryption,
        Metadata = Entries(_target.Metadata, nameof(_target.Metadata)),
        Tags = Entries(_target.Tags, nameof(_target.Tags)),
    };

    private StaticCredentialsProvider? Credentials()
    {
        var id = Text(_target.AccessKeyId);
        var secret = Text(_target.AccessKeySecret);
        var token = Text(_target.SecurityToken);

        // A layout that says where a key may be, and finds none there, is no key: the environment's counts.
        if (id is null && secret is null && token is null)
            return null;

        if (id is null)
            Add(nameof(_target.AccessKeyId), "is empty; set it together with AccessKeySecret, or neither.");
        if (secret is null)
            Add(nameof(_target.AccessKeySecret), "is empty; set it together with AccessKeyId, or neither.");
        if (id is null || secret is null)
            return null;

        var faults = OssCredentials.Validate(id, secret, token);
        foreach (var fault in faults)
            Add(fault.Setting, fault.Problem);

        return faults.Count > 0 ? RefusedAlready : new StaticCredentialsProvider(id, secret, token);
    }

    private Dictionary<string, string> Entries(IList<TargetPropertyWithContext> properties, string setting)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in properties)
        {
            if (entries.ContainsKey(property.Name ?? ""))
                Add(setting, $"the name {SettingFault.Shown(property.Name)} is given twice; leave one out.");
            entries[property.Name ?? ""] = Text(property.Layout) ?? "";
        }

        return entries;
    }

    // Where the key is refused already, the core's word about missing credentials would be a second one for one mistake.
    private bool IsTold(SettingFault fault) =>
        fault.Setting == nameof(OssAppenderOptions.Credentials) && _faults.Any(f => f.StartsWith("AccessKey", StringComparison.Ordinal));

    private static SettingFault InWordsOfTheTarget(SettingFault fault)
    {
        if (NamesHere.TryGetValue(fault.Setting, out var name))
            return fault with { Setting = name };

        // Each part of the object's properties is a setting of its own here.
        return fault.Setting.StartsWith(PartPrefix, StringComparison.Ordinal) ? fault with { Setting = fault.Setting.Substring(PartPrefix.Length) } : fault;
    }

    private static string? Text(Layout? layout)
    {
        var text = layout?.Render(NoEvent).Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private void Check(bool isRight, string setting, object? value, string need)
    {
        if (!isRight)
            Add(SettingFault.OfValue(setting, value, need));
    }

    private void Add(string setting, string problem) => Add(new SettingFault(setting, problem));

    private void Add(SettingFault fault) => _faults.Add(fault.WithoutSecrets([Text(_target.AccessKeySecret), Text(_target.SecurityToken)]).ToString());
}
