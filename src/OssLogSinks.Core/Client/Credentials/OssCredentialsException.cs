using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// There was nothing to sign a request with, so nothing was sent: unlike every other <see cref="OssException"/> with status 0,
/// this one proves that the request did nothing.
/// </summary>
/// <remarks>A provider that throws one has its message reported: put no secret into it.</remarks>
public class OssCredentialsException : OssException
{
    /// <summary>Creates an exception without details.</summary>
    public OssCredentialsException() => Kind = OssFailureKind.Credentials;

    /// <summary>Creates an exception with a message only.</summary>
    public OssCredentialsException(string message)
        : base(message) => Kind = OssFailureKind.Credentials;

    /// <summary>Creates an exception with the provider's own as its cause.</summary>
    public OssCredentialsException(string message, Exception? innerException)
        : base(message, innerException) => Kind = OssFailureKind.Credentials;

    /// <summary>
    /// Words what a provider threw: a key that cannot be one in this library's own words; of everything else the type, as its words
    /// may hold a secret.
    /// </summary>
    internal static OssCredentialsException Of(string provider, Exception exception) => exception switch
    {
        InvalidCredentialsException invalid => new OssCredentialsException($"{provider} gave no valid access key: {invalid.Fault} Nothing was written.", exception),
        TimeoutException => new OssCredentialsException($"{provider} gave no answer in time. Nothing was written.", exception),
        _ => new OssCredentialsException($"{provider} failed with {exception.GetType().FullName}. Nothing was written.", exception),
    };
}
