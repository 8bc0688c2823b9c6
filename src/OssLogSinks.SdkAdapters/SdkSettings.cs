using OssLogSinks.Core;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.SdkAdapters;

/// <summary>Where a client of an SDK sends its requests: valid settings only.</summary>
internal sealed class SdkSettings
{
    /// <summary>Checks the settings by the rules of the built-in client.</summary>
    /// <param name="owner">What the settings belong to.</param>
    /// <param name="options">The settings; endpoint and credentials may be left to the defaults.</param>
    /// <exception cref="OssSettingsException">Settings are wrong; the exception names all of them.</exception>
    public SdkSettings(string owner, OssClientOptions options)
    {
        options.Credentials ??= OssCredentialsProviders.FromName("Chain");
        var faults = options.Validate().Select(ToFault).ToList();
        if (string.IsNullOrEmpty(options.Region))
            faults.Add(new SettingFault(nameof(options.Region), "is empty; set it to the bucket's region, cn-hangzhou for instance. The SDK signs with it."));
        if (faults.Count > 0)
            throw new OssSettingsException(faults, owner);

        Region = options.Region!;
        Bucket = options.Bucket!;
        Credentials = new CallCredentials(new OssRequestCredentials(options));
        RequestTimeout = options.RequestTimeout;
        var address = string.IsNullOrEmpty(options.Endpoint) ? $"oss-{Region}.aliyuncs.com" : options.Endpoint!;

        // One of the SDKs takes an address without a scheme for plain HTTP.
        Endpoint = address.Contains("://", StringComparison.Ordinal) ? address : "https://" + address;
    }

    /// <summary>With its scheme.</summary>
    public string Endpoint { get; }

    public string Region { get; }

    public string Bucket { get; }

    public CallCredentials Credentials { get; }

    public TimeSpan RequestTimeout { get; }

    // 'Setting: what to do.'
    private static SettingFault ToFault(string sentence)
    {
        var colon = sentence.IndexOf(':', StringComparison.Ordinal);
        return new SettingFault(sentence[..colon], sentence[(colon + 1)..].Trim());
    }
}
