using OssLogSinks.Core.Client.Credentials;

namespace OssLogSinks.Core.Client.Signing;

/// <summary>Adds to a request's headers what proves who sent it. Used by several threads at once.</summary>
internal interface IOssSigner
{
    /// <summary>Adds date, token and Authorization. Nothing that is signed may change afterwards.</summary>
    void Sign(SigningInput input, OssCredentials credentials, DateTimeOffset time);
}
