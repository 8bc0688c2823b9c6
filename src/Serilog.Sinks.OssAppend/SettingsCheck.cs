using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OssLogSinks.Core;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;
using static Serilog.Sinks.OssAppend.AppenderSettings;

namespace Serilog.Sinks.OssAppend;

/// <summary>Finds all faults of the settings at once, those of the core included, each under the name that the user knows.</summary>
[StackTraceHidden]
internal sealed class SettingsCheck
{
    private const string WriteTo = "WriteTo.OssAppend";
    private const string AuditTo = "AuditTo.OssAppend";

    // In place of credentials that are refused here, so that the core's check does not report them as missing. It signs nothing.
    private static readonly StaticCredentialsProvider RefusedAlready = new("no-access-key", "no-secret");

    private static readonly TimeSpan LongestBlock = TimeSpan.FromDays(24);

    private readonly OssAppendSinkOptions _options;
    private readonly SettingNames _names;
    private readonly List<SettingFault> _faults = [];

    private SettingsCheck(OssAppendSinkOptions options, SettingNames names)
    {
        _options = options;
        _names = names;
    }

    /// <summary>Returns if the settings can be used.</summary>
    /// <exception cref="OssSettingsException">They cannot; all faults are named.</exception>
    public static void Require(
        OssAppendSinkOptions options, SettingNames names, IConfiguration? configuration = null, IReadOnlyList<SettingFault>? unreadable = null)
    {
        var check = new SettingsCheck(options, names);
        check.CheckQueue();
        check.CheckCommon(WriteTo, From(options), configuration, unreadable);
    }

    /// <summary>Returns if the settings can be used where each log call waits for its own event.</summary>
    /// <exception cref="OssSettingsException">They cannot; all faults are named.</exception>
    public static void RequireForAudit(
        OssAppendSinkOptions options, SettingNames names, IConfiguration? configuration = null, IReadOnlyList<SettingFault>? unreadable = null)
    {
        var check = new SettingsCheck(options, names);
        foreach (var fault in AuditSettings.FaultsOf(options))
            check.Add(fault.Setting, fault.Problem);

        // What is to be left out is not checked for more.
        var appender = new OssAppenderOptions();
        var core = ForAudit(options);
        core.AppendInterval = appender.AppendInterval;
        core.BufferPath = appender.BufferPath;
        core.BufferSizeLimitBytes = appender.BufferSizeLimitBytes + (4L * Math.Max(0, core.AppendSizeLimit));
        core.BufferFullAction = appender.BufferFullAction;
        core.BufferSync = appender.BufferSync;
        core.BufferSyncInterval = appender.BufferSyncInterval;
        core.RefusalRetryDelay = appender.RefusalRetryDelay;
        check.CheckCommon(AuditTo, core, configuration, unreadable);
    }

    private void CheckCommon(string owner, OssAppenderOptions core, IConfiguration? configuration, IReadOnlyList<SettingFault>? unreadable)
    {
        _faults.AddRange(unreadable ?? []);
        CheckOutput();
        CheckCredentials();
        CheckCore(core);
        CheckSpelling(configuration);
        if (_faults.Count == 0)
            return;

        var exception = new OssSettingsException([.. _faults.Select(fault => fault.WithoutSecrets([_options.AccessKeySecret, _options.SecurityToken]))], owner);
        if (configuration is not null || unreadable is not null)
            TellAtStart(exception);
        throw exception;
    }

    // On standard error and before anything else: what reads a configuration file wraps the exception into one whose name says nothing,
    // the application ends by it, and its stack is long. Nobody listens to SelfLog that early, and nothing else works yet.
#pragma warning disable RS0030
    private static void TellAtStart(OssSettingsException exception) => Console.Error.WriteLine(exception.Message);
#pragma warning restore RS0030

    private void CheckQueue()
    {
        Check(_options.BatchSizeLimit >= 1, nameof(_options.BatchSizeLimit), _options.BatchSizeLimit, "must be at least 1 event.");
        Check(_options.QueueLimit >= 1, nameof(_options.QueueLimit), _options.QueueLimit, "must be at least 1 event.");
        Check(
            _options.BlockTimeout == Timeout.InfiniteTimeSpan || (_options.BlockTimeout >= TimeSpan.Zero && _options.BlockTimeout <= LongestBlock),
            nameof(_options.BlockTimeout),
            _options.BlockTimeout,
            "must be from zero up to 24 days, or -1 milliseconds for as long as it takes.");
    }

    private void CheckOutput() => Check(
        _options.Formatter is not null || _options.OutputTemplate is not null, nameof(_options.OutputTemplate), null, "must not be, unless there is a formatter.");

    private void CheckCredentials()
    {
        var hasId = IsGiven(_options.AccessKeyId);
        var hasSecret = IsGiven(_options.AccessKeySecret);
        if (hasId != hasSecret)
            Add(hasId ? nameof(_options.AccessKeySecret) : nameof(_options.AccessKeyId), "must be set too; an access key has an id and a secret.");

        if (hasId && hasSecret)
            _faults.AddRange(OssCredentials.Validate(_options.AccessKeyId, _options.AccessKeySecret, _options.SecurityToken).Select(f => _names.Fault(f.Setting, f.Problem)));

        if (IsGiven(_options.SecurityToken) && !hasId && !hasSecret)
            Add(nameof(_options.SecurityToken), "belongs to a temporary access key: set its id and secret too.");
        if (_options.Credentials is not null && (hasId || hasSecret))
            Add(nameof(_options.Credentials), "cannot be used together with an access key; leave one of the two out.");
    }

    private void CheckCore(OssAppenderOptions appender)
    {
        if (_faults.Any(f => IsAboutCredentials(f.Setting)))
            appender.Credentials = RefusedAlready;

        foreach (var fault in appender.Validate())
            _faults.Add(_names.FromCore(fault));
    }

    private void CheckSpelling(IConfiguration? configuration)
    {
        var misspelt = ConfiguredSettings.Misspelt(configuration);

        // That the setting which was meant is missing would be a second word for one mistake.
        _faults.RemoveAll(fault => misspelt.Any(m => fault.Setting.Equals(m.Meant, StringComparison.OrdinalIgnoreCase)));
        _faults.AddRange(misspelt.Select(m => m.ToFault()));
        _faults.AddRange(ConfiguredSettings.Conflicts(configuration));
    }

    private bool IsAboutCredentials(string setting) =>
        new[] { nameof(_options.AccessKeyId), nameof(_options.AccessKeySecret), nameof(_options.SecurityToken), nameof(_options.Credentials) }
            .Contains(setting, StringComparer.OrdinalIgnoreCase);

    private void Check(bool isRight, string property, object? value, string need)
    {
        if (!isRight)
            Add(property, SettingFault.OfValue(property, value, need).Problem);
    }

    private void Add(string property, string problem) => _faults.Add(_names.Fault(property, problem));
}
