using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core;

/// <summary>Settings that cannot be used; thrown at start, once, with every fault there is.</summary>
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

    /// <summary>Creates an exception with a message and the error behind it.</summary>
    public OssSettingsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception that names all faults.</summary>
    /// <param name="faults">The faults.</param>
    public OssSettingsException(IReadOnlyList<SettingFault> faults)
        : this(faults, nameof(OssAppender))
    {
    }

    /// <summary>Creates an exception that names all faults: what cannot start and which settings are wrong on the first line, then a line for each fault.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="owner">Whose settings they are, as the user knows it: <c>WriteTo.OssAppend</c> for instance.</param>
    public OssSettingsException(IReadOnlyList<SettingFault> faults, string owner)
        : base(MessageOf(faults, owner)) =>
        Faults = faults;

    /// <summary>The faults, one for each thing to mend.</summary>
    public IReadOnlyList<SettingFault> Faults { get; } = [];

    private static string MessageOf(IReadOnlyList<SettingFault> faults, string owner)
    {
        var settings = faults.Select(fault => fault.Setting).Distinct().ToList();
        return $"{owner} cannot start, because its settings cannot be used: {string.Join(", ", settings)}."
            + string.Concat(faults.Select(fault => "\n  - " + fault));
    }
}
