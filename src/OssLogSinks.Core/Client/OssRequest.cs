using System.Buffers;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Signing;

namespace OssLogSinks.Core.Client;

/// <summary>One operation on the wire before it is signed: can be signed and sent any number of times, each time again.</summary>
/// <param name="Operation">The operation's name, for messages.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Key">The object's key; null for an operation on the bucket.</param>
internal sealed record OssRequest(string Operation, HttpMethod Method, string? Key)
{
    /// <summary>Query parameters, decoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>Headers by lower-case name, without those that signing adds.</summary>
    public SortedDictionary<string, string> Headers { get; } = SigningInput.NewHeaders();

    /// <summary>The body; null for none.</summary>
    public ReadOnlySequence<byte>? Body { get; init; }

    /// <summary>Told of the body's way.</summary>
    public IProgress<OssTransferProgress>? Progress { get; init; }

    /// <summary>Makes the message of one attempt, signed at that time with those credentials.</summary>
    public HttpRequestMessage Sign(OssEndpoint endpoint, IOssSigner signer, OssCredentials credentials, DateTimeOffset time)
    {
        var headers = SigningInput.NewHeaders();
        foreach (var header in Headers)
            headers.Add(header.Key, header.Value);

        signer.Sign(new SigningInput(Method.Method, endpoint.Bucket, Key, Query, headers), credentials, time);
        var message = new HttpRequestMessage(Method, endpoint.UriOf(Key, PercentEncoding.Query(Query)));
        if (Body is not null)
            message.Content = new RequestBody(Body.Value, Progress);

        message.Headers.ExpectContinue = false;
        foreach (var header in headers)
            AddUnaltered(message, header.Key, header.Value);

        return message;
    }

    // The text that was signed, not one that a header class has parsed and written again.
    private static void AddUnaltered(HttpRequestMessage message, string name, string value)
    {
        var isAdded = message.Headers.TryAddWithoutValidation(name, value)
            || (message.Content?.Headers.TryAddWithoutValidation(name, value) ?? false);
        if (!isAdded)
            throw new InvalidOperationException("A header cannot be sent: " + name);
    }
}
