namespace OssLogSinks.Emulator;

/// <summary>What ends an object's taking appends while its bytes stay.</summary>
public enum ObjectChange
{
    /// <summary>Somebody seals it.</summary>
    Seal,

    /// <summary>It becomes a Normal object.</summary>
    Convert,

    /// <summary>It is put under retention.</summary>
    Lock,
}
