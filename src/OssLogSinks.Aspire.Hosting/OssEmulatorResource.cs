using Aspire.Hosting.ApplicationModel;
using OssLogSinks.Emulator;

namespace OssLogSinks.Aspire.Hosting;

/// <summary>
/// An OSS emulator that runs in the AppHost's process and listens on the loopback, so processes of this machine reach it. Containers do not,
/// unless they share the machine's network, as is possible on Linux. Its objects are in memory and end with the AppHost, unless
/// <see cref="OssEmulatorOptions.DataFolder"/> is set.
/// </summary>
/// <param name="name">The name of the resource.</param>
/// <param name="options">The emulator's settings.</param>
public sealed class OssEmulatorResource(string name, OssEmulatorOptions options)
    : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    private readonly TaskCompletionSource<OssEmulator> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<OssBucketResource> _buckets = [];

    /// <summary>The emulator's settings. <see cref="OssEmulatorOptions"/> says which may be changed while it runs.</summary>
    public OssEmulatorOptions Options { get; } = options ?? throw new ArgumentNullException(nameof(options));

    /// <summary>The buckets that were added.</summary>
    public IReadOnlyList<OssBucketResource> Buckets => _buckets;

    /// <summary>
    /// <c>Endpoint=…;Region=…;AccessKeyId=…;AccessKeySecret=…</c>, without a bucket: reference an <see cref="OssBucketResource"/> for that.
    /// </summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Endpoint={Endpoint};Region={Options.Region};AccessKeyId={Options.AccessKeyId};AccessKeySecret={Options.AccessKeySecret}");

    internal EmulatorEndpoint Endpoint => new(this);

    /// <summary>
    /// The running emulator, to read what was stored and to inject faults, in a test for instance. Waits until the AppHost has started it.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The emulator. The AppHost stops it.</returns>
    public Task<OssEmulator> GetEmulatorAsync(CancellationToken cancellationToken = default) => _started.Task.WaitAsync(cancellationToken);

    internal void Add(OssBucketResource bucket)
    {
        _buckets.Add(bucket);
        Options.Buckets.Add(bucket.BucketName);
    }

    internal void SetStarted(OssEmulator emulator) => _started.TrySetResult(emulator);

    internal void SetFailed(Exception exception)
    {
        _started.TrySetException(exception);

        // Observed: nobody may be waiting for it.
        _ = _started.Task.Exception;
    }
}

/// <summary>A bucket of an emulator.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="bucketName">The name of the bucket.</param>
/// <param name="parent">The emulator.</param>
public sealed class OssBucketResource(string name, string bucketName, OssEmulatorResource parent)
    : Resource(name), IResourceWithParent<OssEmulatorResource>, IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <summary>The name of the bucket.</summary>
    public string BucketName { get; } = bucketName ?? throw new ArgumentNullException(nameof(bucketName));

    /// <summary>The emulator.</summary>
    public OssEmulatorResource Parent { get; } = parent ?? throw new ArgumentNullException(nameof(parent));

    /// <summary>The emulator's connection string, followed by <c>;Bucket=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Bucket={BucketName}");
}

/// <summary>The emulator's endpoint, known once it runs. A caller that asks earlier waits.</summary>
internal sealed class EmulatorEndpoint(OssEmulatorResource emulator) : IValueProvider, IManifestExpressionProvider, IValueWithReferences
{
    public string ValueExpression => $"{{{emulator.Name}.bindings.http.url}}";

    public IEnumerable<object> References => [emulator];

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        (await emulator.GetEmulatorAsync(cancellationToken).ConfigureAwait(false)).Endpoint.GetLeftPart(UriPartial.Authority);
}
