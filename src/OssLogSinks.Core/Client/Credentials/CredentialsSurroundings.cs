namespace OssLogSinks.Core.Client.Credentials;

/// <summary>
/// What providers use of the machine: environment variables, clock, and the addresses of Alibaba Cloud's services. The metadata service has a
/// fixed address, and STS is asked by https only, because a secret must not go elsewhere; only a test has others.
/// </summary>
internal sealed record CredentialsSurroundings
{
    private static readonly AsyncLocal<CredentialsSurroundings?> OfTest = new();

    /// <summary>Those of this machine, or those of the test that runs.</summary>
    public static CredentialsSurroundings Current => OfTest.Value ?? new();

    /// <summary>Gives an environment variable's value.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the metadata service of an ECS instance is.</summary>
    public Uri MetadataService { get; init; } = new("http://100.100.100.200");

    /// <summary>The address of STS, made of its host.</summary>
    public Func<string, Uri> StsAddress { get; init; } = host => new Uri("https://" + host);

    /// <summary>Gives numbers from 0 up to but not 1.</summary>
    public Func<double> Chance { get; init; } = Retry.Chance.Next;

    /// <summary>The folder of the user; null if there is none, as for a service.</summary>
    public string? Home => Value("HOME") ?? Value("USERPROFILE");

    /// <summary>Lets the calling test, and what it starts, have other surroundings; null for this machine's.</summary>
    public static void UseInThisTest(CredentialsSurroundings? surroundings) => OfTest.Value = surroundings;

    /// <summary>An environment variable, trimmed; null if it is not set or blank.</summary>
    public string? Value(string variable) => Variable(variable)?.Trim() is { Length: > 0 } value ? value : null;

    /// <summary>Whether an environment variable says <c>true</c>.</summary>
    public bool IsTrue(string variable) => "true".Equals(Value(variable), StringComparison.OrdinalIgnoreCase);
}
