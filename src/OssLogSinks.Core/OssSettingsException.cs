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
        : base("The OSS append settings cannot be used." + string.Concat(faults.Select(f => "\n  - " + f))) =>
        Faults = faults;

    /// <summary>The faults, one for each thing to mend.</summary>
    public IReadOnlyList<SettingFault> Faults { get; } = [];
}
