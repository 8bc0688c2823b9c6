using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// A secret as a part of credentials: whoever prints, destructures or serializes what holds it gets a mask. Only
/// <see cref="Reveal"/> gives the text.
/// </summary>
public sealed class OssSecret
{
    // A field, and a method to read it: loggers and serializers look at properties.
    private readonly string _text;

    /// <summary>Takes a secret.</summary>
    /// <param name="text">Its text.</param>
    public OssSecret(string text) => _text = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Gives the text. It must go nowhere but into a request.</summary>
    public string Reveal() => _text;

    /// <summary>Gives a mask.</summary>
    public override string ToString() => SecretText.Mask;
}
