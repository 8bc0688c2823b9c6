using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>Thrown once at start if settings are invalid; lists all faults.</summary>
public sealed class OssSettingsException : ArgumentException
{
    /// <summary>Creates an exception without details.</summary>
    public OssSettingsException()
        : this([])
    {
    }

    /// <summary>Creates an exception with a message only.</summary>
    public OssSettingsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public OssSettingsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception that lists all faults.</summary>
    /// <param name="faults">The faults.</param>
    public OssSettingsException(IReadOnlyList<SettingFault> faults)
        : this(faults, nameof(OssAppender))
    {
    }

    /// <summary>
    /// Creates an exception that lists all faults: the first line names what cannot start and the invalid settings, then each fault has its own
    /// line, and the last line says where to read on.
    /// </summary>
    /// <param name="faults">The faults.</param>
    /// <param name="owner">What the settings belong to, as the user knows it: <c>WriteTo.OssAppend</c> for instance.</param>
    public OssSettingsException(IReadOnlyList<SettingFault> faults, string owner)
        : base(MessageOf(faults, owner)) =>
        Faults = faults;

    /// <summary>All faults, each to be corrected separately.</summary>
    public IReadOnlyList<SettingFault> Faults { get; } = [];

    private static string MessageOf(IReadOnlyList<SettingFault> faults, string owner)
    {
        var settings = faults.Select(fault => fault.Setting).Distinct().ToList();
        return $"{owner} cannot start because its settings are invalid: {string.Join(", ", settings)}."
            + string.Concat(faults.Select(fault => "\n  - " + fault)) + "\n" + HelpAnchors.Reference(HelpAnchors.Settings);
    }
}
