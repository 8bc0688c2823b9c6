namespace OssLogSinks.Emulator.Tool;

/// <summary>What the tool prints: where it is, and settings to paste.</summary>
internal sealed class ConnectionText(OssEmulator emulator, ToolSettings settings)
{
    public string? CertificateFile { get; init; }

    public int Preloaded { get; init; }

    public string Render() => $$"""
        {{Heading()}}
        Environment, for the sinks and for this shell:

        {{Exports()}}

        Serilog, in appsettings.json:

        { "Serilog": { "WriteTo": { "Oss": { "Name": "OssAppend", "Args": {
          "bucket": "{{Bucket}}", "region": "{{emulator.Region}}", "endpoint": "{{Endpoint}}",{{PlainHttp("\n  \"allowPlainHttp\": true,")}}
          "objectKey": "app/{MachineName}/app-.log", "rollingInterval": "Day" } } } } }

        NLog, in nlog.config:

        <target name="oss" xsi:type="OssAppend" bucket="{{Bucket}}" region="{{emulator.Region}}" endpoint="{{Endpoint}}"{{PlainHttp(" allowPlainHttp=\"true\"")}}
                objectKey="app/{MachineName}/app-.log" rollingInterval="Day" />

        Microsoft.Extensions.Logging, in appsettings.json:

        { "Logging": { "OssAppend": {
          "bucket": "{{Bucket}}", "region": "{{emulator.Region}}", "endpoint": "{{Endpoint}}",{{PlainHttp("\n  \"allowPlainHttp\": true,")}}
          "objectKey": "app/{MachineName}/app-.log", "rollingInterval": "Day" } } }

        The keys come from the environment. Ctrl-C ends it.

        """.ReplaceLineEndings("\n");

    private string Bucket => settings.Options.Buckets[0];

    private string Endpoint => emulator.Endpoint.GetLeftPart(UriPartial.Authority);

    private string PlainHttp(string text) => settings.IsHttps ? "" : text;

    private string Heading()
    {
        var lines = new List<string> { $"endpoint   {Endpoint}" };
        if (settings.Options.ServePage)
            lines.Add($"web page   {emulator.Page}");

        lines.Add($"buckets    {string.Join(", ", settings.Options.Buckets)}");
        lines.Add(settings.Options.DataFolder is { } folder ? $"data       {Path.GetFullPath(folder)}" : "data       in memory only; --data DIR keeps it");
        if (settings.PreloadFolder is not null)
            lines.Add($"preloaded  {Preloaded} {(Preloaded == 1 ? "file" : "files")} into {Bucket}");

        if (CertificateFile is not null)
            lines.Add($"trust      {CertificateFile}");

        return string.Join('\n', lines) + "\n";
    }

    private string Exports()
    {
        var lines = new List<string>
        {
            $"export OSS_ENDPOINT={Quote(Endpoint)}",
            $"export OSS_REGION={Quote(emulator.Region)}",
            $"export OSS_BUCKET={Quote(Bucket)}",
            $"export OSS_ACCESS_KEY_ID={Quote(emulator.AccessKeyId)}",
            $"export OSS_ACCESS_KEY_SECRET={Quote(emulator.AccessKeySecret)}",
        };
        if (settings.SecurityToken is { } token)
            lines.Add($"export OSS_SESSION_TOKEN={Quote(token)}");

        if (CertificateFile is not null)
            lines.Add($"export SSL_CERT_FILE={Quote(CertificateFile)}");

        return string.Join('\n', lines);
    }

    private static string Quote(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':') ? text : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
