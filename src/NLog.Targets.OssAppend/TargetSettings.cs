using NLog.Layouts;
using NLog.Targets.Wrappers;
using OssLogSinks.Core;
using OssLogSinks.Core.Delivery;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Intake;
using OssLogSinks.Intake.Rendering;

namespace NLog.Targets.OssAppend;

/// <summary>Reads the target's settings once and finds all faults, each under the name of the target's property.</summary>
internal sealed class TargetSettings
{
    // Times in NLog settings are numbers, with the unit in the name.
    private static readonly string[] Units = ["", "Seconds", "Milliseconds"];

    // How often events are taken while few arrive. With a buffer they reach the disk only after that.
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(10);

    private const string PartPrefix = nameof(OssAppenderOptions.ObjectProperties) + ".";

    private readonly OssAppendTarget _target;
    private readonly List<SettingFault> _faults = [];

    public TargetSettings(OssAppendTarget target) => _target = target;

    /// <summary>The core's options: a copy of what was set, with the layouts rendered.</summary>
    public OssAppenderOptions ToOptions(KeyLayout key)
    {
        var options = _target.Settings.Copy();
        options.ObjectProperties = options.ObjectProperties with
        {
            Metadata = Entries(_target.Metadata, nameof(_target.Metadata)),
            Tags = Entries(_target.Tags, nameof(_target.Tags)),
        };
        _faults.AddRange(_target.Layouts.RenderInto(options));
        options.Name = _target.Name;
        options.ObjectKey = key.Template;
        options.ObjectHeader = ObjectHeader();

        // An empty path is a fault: otherwise the user would believe that there is a buffer.
        options.BufferPath ??= _target.BufferPath is null ? null : "";
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
            EventSizeLimit = _target.DropTooLargeEvents ? int.MaxValue : options.EventSizeLimitBytes,
            YieldsIfRefused = _target.OverflowAction == AsyncTargetWrapperOverflowAction.Discard,
            HasDiskBuffer = options.BufferPath is not null,
            IsJson = _target.Layout is SimpleLayout layout ? TextShape.IsJson(BeginningOf(layout.Text)) : null,
            RenderAtCall = _target.RenderAtCall,
            Time = options.TimeProvider,
        };
        return new PipelineSettings(
            intake,
            _target.FlushTarget,
            _target.FlushTimeoutSeconds == -1 ? Timeout.InfiniteTimeSpan : Seconds(_target.FlushTimeoutSeconds),
            _target.DrainOnProcessExit);
    }

    /// <summary>Every fault of the target's own settings and of the core's.</summary>
    public IReadOnlyList<SettingFault> Check(OssAppenderOptions options, KeyLayout key)
    {
        Check(!Layout.IsNullOrEmpty(_target.Layout), nameof(_target.Layout), "", "must not be empty; leave it out to use NLog's default.");
        Check(
            !_target.EscapeControlCharacters || !Indents(_target.Layout),
            nameof(_target.EscapeControlCharacters),
            "true",
            "must be false, because the layout indents JSON or XML, and its line ends would be escaped too. Turn the indenting off, or leave the setting out.");
        Check(
            options.IncludeSequence || _target.Layout?.ToString()?.Contains("${" + OssSequenceLayoutRenderer.Name) != true,
            nameof(_target.IncludeSequence),
            options.IncludeSequence,
            "must be true, because the layout has ${" + OssSequenceLayoutRenderer.Name + "}.");
        Check(_target.LineEnding is not null, nameof(_target.LineEnding), null, "must not be null; write None for no line ending.");
        Check(_target.QueueLimit >= 1, nameof(_target.QueueLimit), _target.QueueLimit, "must be at least 1.");
        Check(_target.BatchSize >= 1, nameof(_target.BatchSize), _target.BatchSize, "must be at least 1.");
        Check(_target.BlockTimeoutMilliseconds >= -1, nameof(_target.BlockTimeoutMilliseconds), _target.BlockTimeoutMilliseconds, "must be at least 0, or -1 for no limit.");
        Check(
            _target.OverflowAction is AsyncTargetWrapperOverflowAction.Discard or AsyncTargetWrapperOverflowAction.Block or AsyncTargetWrapperOverflowAction.Grow,
            nameof(_target.OverflowAction),
            _target.OverflowAction,
            "must be Discard, Block or Grow.");
        Check(
            !_target.RenderAtCall || _target.OverflowAction != AsyncTargetWrapperOverflowAction.Grow,
            nameof(_target.OverflowAction),
            _target.OverflowAction,
            "must be Discard or Block with RenderAtCall, because MemoryLimitBytes limits what waits.");
        Check(_target.FlushTarget is OssFlushTarget.Oss or OssFlushTarget.Disk, nameof(_target.FlushTarget), _target.FlushTarget, "must be Oss or Disk.");
        Check(_target.FlushTimeoutSeconds is -1 or (>= 1 and <= 86_400), nameof(_target.FlushTimeoutSeconds), _target.FlushTimeoutSeconds, "must be 1 to 86400, or -1 for no limit.");
        _faults.AddRange(key.Faults.Select(fault => new SettingFault(nameof(_target.ObjectKey), fault)));
        _faults.AddRange(options.Validate().Select(fault => InWordsOfTheTarget(fault, options, key)));
        return options.WithoutSecrets(_faults);
    }

    // The text before the first renderer.
    private static string BeginningOf(string layout)
    {
        var renderer = layout.IndexOf("${", StringComparison.Ordinal);
        return renderer < 0 ? layout : layout.Substring(0, renderer);
    }

    private static bool Indents(Layout? layout) => layout switch
    {
        JsonLayout json => json.IndentJson || json.Attributes.Any(attribute => Indents(attribute.Layout)),
        XmlLayout xml => xml.IndentXml,
        CompoundLayout compound => compound.Layouts.Any(Indents),
        _ => false,
    };

    // Like in NLog's file target, the layout's header is the header of the object.
    private string? ObjectHeader()
    {
        var header = SettingLayouts.WholeTextOf(_target.ObjectHeader ?? (_target.Layout as LayoutWithHeaderAndFooter)?.Header);
        return header is null ? null : header + _target.LineEnding?.NewLineCharacters;
    }

    private Dictionary<string, string> Entries(IList<TargetPropertyWithContext> properties, string setting)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in properties)
        {
            if (entries.ContainsKey(property.Name ?? ""))
                _faults.Add(new SettingFault(setting, $"the name {SettingFault.Shown(property.Name)} is given twice; leave one out."));
            entries[property.Name ?? ""] = SettingLayouts.TextOf(property.Layout) ?? "";
        }

        return entries;
    }

    private SettingFault InWordsOfTheTarget(SettingFault fault, OssAppenderOptions options, KeyLayout key)
    {
        if (fault.Setting == nameof(options.ObjectKey) && key.HasRenderers)
            return fault with { Problem = $"{fault.Problem} (Each layout renderer of {SettingFault.Shown(_target.ObjectKey.ToString())} is a placeholder in it.)" };

        var name = fault.Setting.StartsWith(PartPrefix, StringComparison.Ordinal) ? fault.Setting.Substring(PartPrefix.Length) : fault.Setting;
        return Array.Find(Units, unit => typeof(OssAppendTarget).GetProperty(name + unit) is not null) is { } found ? fault with { Setting = name + found } : fault;
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private void Check(bool isRight, string setting, object? value, string need)
    {
        if (!isRight)
            _faults.Add(SettingFault.OfValue(setting, value, need));
    }
}
