using OssLogSinks.Core.Protocol;

namespace OssLogSinks.Core.Credentials;

/// <summary>
/// There was nothing to sign a request with, so nothing was sent: unlike every other <see cref="OssException"/> with status 0,
/// this one proves that the request did nothing.
/// </summary>
public class OssCredentialsException : OssException
{
    /// <summary>Creates an exception without details.</summary>
    public OssCredentialsException()
    {
    }

    /// <summary>Creates an exception with a message only.</summary>
    public OssCredentialsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with the provider's own as its cause.</summary>
    public OssCredentialsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
