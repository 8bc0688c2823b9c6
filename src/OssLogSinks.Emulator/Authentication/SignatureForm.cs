namespace OssLogSinks.Emulator.Authentication;

/// <summary>Version of the signature, and where it stands.</summary>
internal enum SignatureForm
{
    V1Header,
    V1Query,
    V4Header,
    V4Query,
}
