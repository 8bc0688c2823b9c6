using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Telemetry;

namespace OssLogSinks.Core.Client.Credentials;

/// <summary>A profile of the aliyun CLI, from <c>~/.aliyun/config.json</c>.</summary>
/// <param name="profile">The profile's name; null for that of the environment, or the current one of the file.</param>
/// <param name="site">What sources are made with.</param>
internal sealed class CliProfileSource(string? profile, SourceSite site) : ICredentialsSource
{
    private const int MostSteps = 8;

    private readonly ProfileFiles _files = new(site.Surroundings);

    public string Name => "cli_profile";

    public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken) =>
        (Find(out var absence) ?? throw FetchFailures.NotSetUp(absence + " Nothing was written.")).FetchAsync(cancellationToken);

    /// <summary>The source that the profile describes; null if there is no such profile.</summary>
    /// <param name="absence">Why there is none, as a sentence.</param>
    /// <exception cref="OssCredentialsException">The file or the profile cannot be used.</exception>
    public ICredentialsSource? Find(out string absence)
    {
        absence = "";
        if (profile is null && site.Surroundings.IsTrue("ALIBABA_CLOUD_CLI_PROFILE_DISABLED"))
            absence = "The environment variable ALIBABA_CLOUD_CLI_PROFILE_DISABLED forbids to read the file of the aliyun CLI: remove it, or name the profile.";
        else if (_files.CliPath is not { } path)
            absence = "There is no home folder with profiles: set ALIBABA_CLOUD_CONFIG_FILE to the file of the aliyun CLI.";
        else if (_files.ReadCli() is not { } file)
            absence = $"There is no file {SettingFault.Shown(path)}: run 'aliyun configure' as this user, or set ALIBABA_CLOUD_CONFIG_FILE.";
        else if ((profile ?? _files.ChosenName ?? file.Text("current") ?? "default") is var name && Find(file, name) is null)
            absence = AbsenceOf(name);
        else
            return new ChosenProfile(SourceOf(file, name, steps: 0));

        return null;
    }

    /// <summary>The source that a profile of a file describes.</summary>
    /// <exception cref="OssCredentialsException">The profile is not there, or cannot be used.</exception>
    public ICredentialsSource SourceIn(JsonObject file, string name) => SourceOf(file, name, steps: 0);

    private string AbsenceOf(string name) => $"The file {SettingFault.Shown(_files.CliPath)} has no profile {SettingFault.Shown(name)}: correct its name.";

    private static JsonObject? Find(JsonObject file, string name) => file.Objects("profiles").FirstOrDefault(one => one.Text("name") == name);

    private ICredentialsSource SourceOf(JsonObject file, string name, int steps)
    {
        var found = Find(file, name) ?? throw FetchFailures.Lasting(AbsenceOf(name) + " Nothing was written.");
        var fields = new ProfileFields(found.Text, $"The profile {SettingFault.Shown(name)} in {SettingFault.Shown(_files.CliPath)}");
        if (steps > MostSteps)
            throw FetchFailures.Lasting($"{fields.What} leads over too many profiles, or in a circle, of source_profile: correct it. Nothing was written.");

        var role = new StsRole(fields["ram_role_arn"] ?? "")
        {
            SessionName = fields["ram_session_name"],
            Duration = found.Number("expired_seconds") is > 0 and var seconds ? seconds : null,
            Policy = fields["policy"],
            ExternalId = fields["external_id"],
        };
        var place = new StsPlace(fields["sts_endpoint"], fields["sts_region"], found.Flag("enable_vpc"));
        return (fields["mode"] ?? "AK").ToUpperInvariant() switch
        {
            "AK" => fields.Keys("access_key_id", "access_key_secret", token: null),
            "STSTOKEN" => fields.Keys("access_key_id", "access_key_secret", "sts_token"),
            "ECSRAMROLE" => new RamRoleSource(fields["ram_role_name"], site.Surroundings),
            "RAMROLEARN" => site.AssumeRole(fields.Role(role, "ram_role_arn"), fields.Keys("access_key_id", "access_key_secret", token: null), place),
            "RAMROLEARNWITHECS" => site.AssumeRole(fields.Role(role, "ram_role_arn"), new RamRoleSource(fields["ram_role_name"], site.Surroundings), place),
            "CHAINABLERAMROLEARN" => site.AssumeRole(fields.Role(role, "ram_role_arn"), SourceOf(file, fields.Required("source_profile"), steps + 1), place),
            "OIDC" => site.Oidc(new OidcSettings(role, fields["oidc_provider_arn"], fields["oidc_token_file"]), place),
            "EXTERNAL" => new ProcessSource(fields.Required("process_command"), site.Surroundings),
            "CREDENTIALSURI" => new UriSource(fields.Required("credentials_uri"), site),
            _ => throw FetchFailures.Lasting($"{fields.What} has a mode that cannot be used here. Use AK, StsToken, RamRoleArn, RamRoleArnWithEcs, EcsRamRole, OIDC, ChainableRamRoleArn, External or CredentialsURI. Nothing was written."),
        };
    }
}

/// <summary>A profile of Alibaba Cloud's libraries, from <c>~/.alibabacloud/credentials</c>.</summary>
/// <param name="profile">The profile's name; null for that of the environment, or <c>default</c>.</param>
/// <param name="site">What sources are made with.</param>
internal sealed class IniProfileSource(string? profile, SourceSite site) : ICredentialsSource
{
    private readonly ProfileFiles _files = new(site.Surroundings);

    public string Name => "profile";

    public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken) =>
        (Find(out var absence) ?? throw FetchFailures.NotSetUp(absence + " Nothing was written.")).FetchAsync(cancellationToken);

    /// <inheritdoc cref="CliProfileSource.Find(out string)"/>
    public ICredentialsSource? Find(out string absence)
    {
        var name = profile ?? _files.ChosenName ?? "default";
        absence = "";
        if (_files.IniPath is not { } path)
            absence = "There is no home folder with profiles: set ALIBABA_CLOUD_CREDENTIALS_FILE to the ini file.";
        else if (_files.ReadIni() is not { } sections)
            absence = $"There is no file {SettingFault.Shown(path)}: set ALIBABA_CLOUD_CREDENTIALS_FILE if it is elsewhere.";
        else if (!sections.TryGetValue(name, out var section))
            absence = $"The file {SettingFault.Shown(path)} has no profile {SettingFault.Shown(name)}: correct its name.";
        else
            return new ChosenProfile(SourceIn(section, name));

        return null;
    }

    /// <summary>The source that a section of the file describes.</summary>
    /// <exception cref="OssCredentialsException">The profile cannot be used.</exception>
    public ICredentialsSource SourceIn(Dictionary<string, string> section, string name) =>
        SourceOf(new ProfileFields(key => section.TryGetValue(key, out var value) ? value : null, $"The profile {SettingFault.Shown(name)} in {SettingFault.Shown(_files.IniPath)}"));

    private ICredentialsSource SourceOf(ProfileFields fields)
    {
        var role = new StsRole(fields["role_arn"] ?? "") { SessionName = fields["role_session_name"], Policy = fields["policy"], ExternalId = fields["external_id"] };
        var place = new StsPlace(Region: fields["sts_region"], IsVpc: StsPlace.FlagIn(fields["enable_vpc"]));
        return fields["type"] switch
        {
            "access_key" => fields.Keys("access_key_id", "access_key_secret", token: null),
            "ecs_ram_role" => new RamRoleSource(fields["role_name"], site.Surroundings),
            "ram_role_arn" => site.AssumeRole(fields.Role(role, "role_arn"), fields.Keys("access_key_id", "access_key_secret", token: null), place),
            "oidc_role_arn" => site.Oidc(new OidcSettings(fields.Role(role, "role_arn"), fields["oidc_provider_arn"], fields["oidc_token_file_path"]), place),
            _ => throw FetchFailures.Lasting($"{fields.What} has a type that cannot be used here. Use access_key, ecs_ram_role, ram_role_arn or oidc_role_arn. Nothing was written."),
        };
    }
}

/// <summary>
/// A profile, first of the file of the aliyun CLI, and of the ini file only if the other one has no such profile. A profile that fails is
/// never replaced: the other one may be another identity.
/// </summary>
internal sealed class NamedProfileSource(string? name, SourceSite site) : ICredentialsSource
{
    private readonly CliProfileSource _cli = new(name, site);
    private readonly IniProfileSource _ini = new(name, site);

    public string Name => "profile";

    public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        var found = _cli.Find(out var cliAbsence);
        var iniAbsence = "";
        found ??= _ini.Find(out iniAbsence);
        return (found ?? throw FetchFailures.NotSetUp($"{cliAbsence} {iniAbsence} Nothing was written.")).FetchAsync(cancellationToken);
    }
}

/// <summary>
/// The source of a profile that exists. What is missing for it is a failure, not a profile that is not set up: no other source is used
/// in its place.
/// </summary>
internal sealed class ChosenProfile(ICredentialsSource source) : ICredentialsSource
{
    public string Name => source.Name;

    public async ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await source.FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OssCredentialsException exception) when (exception.Outlook == FetchOutlook.NotSetUp)
        {
            throw FetchFailures.Passing(exception.Message, exception);
        }
    }
}

/// <summary>The fields of a profile; an empty one counts as absent.</summary>
/// <param name="Read">Gives a field.</param>
/// <param name="What">The profile, as the beginning of a sentence.</param>
internal sealed record ProfileFields(Func<string, string?> Read, string What)
{
    public string? this[string field] => Read(field)?.Trim() is { Length: > 0 } value ? value : null;

    public string Required(string field) => this[field] ?? throw FetchFailures.Lasting($"{What} has no {field}: add it. Nothing was written.");

    /// <summary>The role, whose ARN must be there.</summary>
    public StsRole Role(StsRole role, string field) => role with { Arn = Required(field) };

    /// <summary>The keys of the profile, as a source.</summary>
    public ICredentialsSource Keys(string id, string secret, string? token) =>
        new KeysSource(CredentialsText.Of(What, (Required(id), Required(secret), token is null ? null : Required(token))));

    private sealed class KeysSource(OssCredentials keys) : ICredentialsSource
    {
        public string Name => "keys";

        public ValueTask<OssCredentials> FetchAsync(CancellationToken cancellationToken) => new(keys);
    }
}
