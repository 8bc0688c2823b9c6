namespace OssLogSinks.Core.Keys;

/// <summary>How objects are compressed. Whatever is chosen, an object can be read at every moment, also while it grows.</summary>
public enum OssCompression
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>
    /// With gzip, each append a member of its own, so that the object is a whole <c>.gz</c> file after each (RFC 1952). Keys end in
    /// <c>.gz</c>.
    /// </summary>
    Gzip,
}
