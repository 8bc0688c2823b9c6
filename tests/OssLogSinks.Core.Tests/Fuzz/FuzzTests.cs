using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Credentials;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Client.Signing;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Tests.DiskBuffer.Format;
using OssLogSinks.Core.Tests.DiskBuffer.Journal;

namespace OssLogSinks.Core.Tests.Fuzz;

/// <summary>
/// Foreign bytes in any form. The tests take seconds; with <see cref="FuzzTarget.SecondsVariable"/> each target runs that long, with other
/// inputs each time.
/// </summary>
public class FuzzTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 23, 59, 59, TimeSpan.FromHours(8));

    // A new reader of foreign bytes needs a line here and a folder with an input.
    private static readonly Dictionary<string, FuzzTarget> Targets = new()
    {
        ["key-template"] = new("key-template", ReadKeyTemplate, "{Timestamp:yyyy/MM/dd}", "{Sequence:000}", "{{", "}}", "{Environment:A}", "{InstanceId}", "/../", "%2F", "\u202e", ".gz", ":", "'"),
        ["key-value"] = new("key-value", ReadKeyValue, "/", "..", "%2F", "{A}", "\0", "\n", "\u202e", "_001", ".gz"),
        ["endpoint"] = new("endpoint", ReadEndpoint, "https://", "http://", "[::1]", ":443", "@", "oss-cn-hangzhou", "-internal", ".aliyuncs.com", "?", "#", "\\", "xn--", "%2e"),
        ["error-xml"] = new("error-xml", ReadErrorXml, "<Error>", "</Error>", "<Code>", "<![CDATA[", "]]>", "<!DOCTYPE", "<!ENTITY a \"b\">", "&a;", "&#0;", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "<Detail><ServerTime>"),
        ["listing-xml"] = new("listing-xml", ReadListingXml, "<Contents>", "</Contents>", "<Key>", "<Size>", "<IsTruncated>true", "%", "&#0;"),
        ["block"] = new("block", ReadBlock),
        ["journal"] = new("journal", ReadJournal),
        ["stream-name"] = new("stream-name", ReadStreamName),
        ["credentials-json"] = new("credentials-json", ReadCredentials, "{", "}", "[", "\"AccessKeyId\":", "\"AccessKeySecret\":", "\"SecurityToken\":", "\"Expiration\":\"9999-12-31T23:59:59.999999999+14:00\"", "\"Code\":\"Success\"", "\"mode\":\"StsToken\"", "\"access_key_id\":", "\\ud800", "\\u0000", "-0e999", "\uFEFF", "null"),
        ["cli-profiles"] = new("cli-profiles", ReadCliProfiles, "\"profiles\":[", "\"current\":", "\"name\":", "\"mode\":", "\"source_profile\":", "\"expired_seconds\":-1", "\"enable_vpc\":false", "\"ram_role_arn\":", "\"process_command\":", "\"credentials_uri\":", "\"sts_endpoint\":\"https://\"", "CloudSSO", "ChainableRamRoleArn"),
        ["ini-profiles"] = new("ini-profiles", ReadIniProfiles, "[", "]", "[default]", "=", ";", "#", "\n", "type=", "access_key_id=", "access_key_secret=", "role_arn=", "enable_vpc=true", "ram_role_arn", "oidc_role_arn", "\uFEFF"),
    };

    public static TheoryData<string> Names => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Corpus_IsReadWithoutAnException(string target) => Targets[target].Replay();

    [Theory]
    [MemberData(nameof(Names))]
    public void ChangedInputs_AreReadWithoutAnException(string target) => Targets[target].Run();

    [Fact]
    public void TargetThatThrows_IsNoticedAndItsInputKept()
    {
        var target = new FuzzTarget("key-value", _ => throw new InvalidOperationException("as planned"));

        var failure = Assert.ThrowsAny<Exception>(target.Run);

        var file = failure.Message.Split(' ').Single(word => word.StartsWith("found-", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, file)));
        File.Delete(Path.Combine(AppContext.BaseDirectory, file));
    }

    // A template that is accepted gives keys that OSS accepts, also when its values are hostile; each object has its own key.
    private static void ReadKeyTemplate(byte[] input)
    {
        var faults = new List<string>();
        var identity = new ProcessIdentity("machine", "1", "i", _ => "environment");
        var template = ObjectKeyTemplate.TryParse(Encoding.UTF8.GetString(input), default, identity, faults);
        Assert.Equal(template is null, faults.Count > 0);
        if (template is null)
            return;

        foreach (var value in new[] { null, "", "..", "a/b", "\0\n", "\u202e", "\ud800", new string('x', 500), "{Sequence}" })
        {
            var key = template.Render(Time, Enumerable.Repeat(value, template.PropertyNames.Count).ToArray());
            Assert.Null(ObjectKeyRules.FaultOf(key.ObjectKey(0)));
            Assert.Null(ObjectKeyRules.FaultOf(key.ObjectKey(int.MaxValue)));
            Assert.NotEqual(key.ObjectKey(0), key.ObjectKey(1));
        }
    }

    // A value stays one segment of its key.
    private static void ReadKeyValue(byte[] input)
    {
        var key = ObjectKeyTemplate.Parse("a/{A}/b.log").Render(Time, [Encoding.UTF8.GetString(input)]).ObjectKey(0);

        Assert.Null(ObjectKeyRules.FaultOf(key));
        Assert.StartsWith("a/", key, StringComparison.Ordinal);
        Assert.EndsWith("/b.log", key, StringComparison.Ordinal);
        Assert.Equal(2, key.Count(c => c == '/'));
    }

    // What is accepted leads to one host, without a user, a query or a path.
    private static void ReadEndpoint(byte[] input)
    {
        var parts = Encoding.UTF8.GetString(input).Split('\n');
        var faults = new List<string>();
        var settings = new OssEndpointSettings(parts[0], parts.ElementAtOrDefault(1) ?? "logs", parts.ElementAtOrDefault(2), OssAddressingStyle.Automatic, OssSignatureVersion.V4);
        if (!OssEndpoint.TryCreate(settings, faults, out var endpoint))
        {
            Assert.NotEmpty(faults);
            return;
        }

        var uri = endpoint.UriOf("key", "append");
        Assert.Equal(("", "append"), (uri.UserInfo, uri.Query.TrimStart('?')));
        Assert.EndsWith("/key", uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(new Uri(endpoint.Origin).Authority, uri.Authority);
    }

    private static void ReadErrorXml(byte[] input)
    {
        var document = ErrorDocument.TryRead(new MemoryStream(input));
        foreach (var name in new[] { "Code", "Message", "RequestId", "EC", "HostId" })
            Assert.NotEqual("", document?.ValueOf(name));
        Assert.InRange(document?.ServerTime ?? Time, DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
    }

    private static void ReadListingXml(byte[] input)
    {
        var listing = ListObjectsDocument.TryRead(new MemoryStream(input));
        Assert.All(listing?.Objects ?? [], found => Assert.True(found.Key.Length > 0 && found.Length >= 0));
    }

    // As it is, and with its checksums repaired: otherwise nearly every change would end at the checksum.
    private static void ReadBlock(byte[] input)
    {
        ReadSegment(input);
        var repaired = input.ToArray();
        for (var at = SegmentHeader.Size; at < repaired.Length;)
        {
            var rest = repaired.AsSpan(at);
            if (rest.Length < BlockHeader.Size)
                break;

            BitConverter.TryWriteBytes(rest, SegmentTesting.FolderId.Mark);
            if (!BlockHeader.TryRead(rest, SegmentTesting.FolderId, out var header) || header.Length > rest.Length)
                break;

            header.WriteTo(rest, SegmentTesting.FolderId);
            at += header.Length;
        }

        ReadSegment(repaired);
    }

    private static void ReadSegment(byte[] bytes)
    {
        var testing = new SegmentTesting();
        var path = $"{SegmentTesting.Folder}/{SegmentHeader.NameOf(1)}";
        testing.Disk.Put(path, bytes);
        using var reader = new SegmentReader(testing.Disk.OpenToRead(path), SegmentTesting.FolderId, new StreamNames(), 1);
        _ = reader.ReadHeader();
        var records = SegmentTesting.ReadOn(reader, bytes.Length);
        reader.Finish();

        // Each id once, in order, and no more text than there are bytes in the file.
        Assert.Equal(records.Select(record => record.Id).Distinct().Order(), records.Select(record => record.Id));
        Assert.All(reader.Damage, damage => Assert.True(damage is { Offset: >= 0, Length: >= 0, Missing: >= 0 } && damage.Offset + damage.Length <= bytes.Length));
    }

    private static void ReadJournal(byte[] input)
    {
        ReadJournalFile(input);
        var repaired = input.ToArray();
        for (var at = 0; at + JournalEntry.Size <= repaired.Length; at += JournalEntry.Size)
        {
            var entry = repaired.AsSpan(at, JournalEntry.Size);
            if (at > 0)
                BitConverter.TryWriteBytes(entry, Crc32C.Append(JournalWorld.FolderId.Seed, entry[4..]));
        }

        ReadJournalFile(repaired);
    }

    private static void ReadJournalFile(byte[] bytes)
    {
        var disk = JournalWorld.NewDisk();
        disk.Put($"{JournalWorld.Folder}/journal.0", bytes);
        using var journal = BufferJournal.Open(disk, JournalWorld.Folder, JournalWorld.FolderId, syncs: false);

        Assert.All(journal?.State.Intents.Values ?? [], intent => Assert.True(intent is { Length: > 0, FirstId: > 0, Position.Length: >= 0 } && intent.LastId >= intent.FirstId));

        // What was read can be written again.
        journal?.Settle(1, 1);
        journal?.Sync();
    }

    // What is accepted can sign a request; a refusal shows nothing of the document.
    private static void ReadCredentials(byte[] input)
    {
        if (JsonObject.TryRead(Encoding.UTF8.GetString(input)) is not { } document)
            return;

        foreach (var names in new[] { CredentialsText.Services, CredentialsText.Cli })
        {
            foreach (var isTemporary in new[] { true, false })
                ReadOrRefuse(() => AssertCanSign(CredentialsText.Read(document, names, "The answer", isTemporary)));
        }

        ReadOrRefuse(() => CredentialsCode.Require(document, "The answer"));
    }

    private static void ReadCliProfiles(byte[] input)
    {
        if (JsonObject.TryRead(Encoding.UTF8.GetString(input)) is not { } file)
            return;

        var names = file.Objects("profiles").Select(profile => profile.Text("name")).Append(file.Text("current")).OfType<string>().Distinct().ToList();
        var source = new CliProfileSource(null, NewSite());
        foreach (var name in names)
            ReadOrRefuse(() => AssertIsASource(source.SourceIn(file, name)));
    }

    private static void ReadIniProfiles(byte[] input)
    {
        var source = new IniProfileSource(null, NewSite());
        foreach (var section in ProfileFiles.Sections(Encoding.UTF8.GetString(input)))
            ReadOrRefuse(() => AssertIsASource(source.SourceIn(section.Value, section.Key)));
    }

    private static void ReadOrRefuse(Action read)
    {
        try
        {
            read();
        }
        catch (OssCredentialsException refusal)
        {
            Assert.EndsWith("Nothing was written.", refusal.Message, StringComparison.Ordinal);
        }
    }

    private static void AssertCanSign(OssCredentials credentials) =>
        Assert.Empty(OssCredentials.Validate(credentials.AccessKeyId, credentials.AccessKeySecret.Reveal(), credentials.SecurityToken?.Reveal()));

    // Keys are given at once; every other source would ask something.
    private static void AssertIsASource(ICredentialsSource source)
    {
        Assert.NotEmpty(source.Name);
        if (source.Name == "keys")
            AssertCanSign(source.FetchAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    private static SourceSite NewSite()
    {
        var surroundings = new CredentialsSurroundings { Variable = _ => null };
        return new SourceSite(surroundings, new ServiceContact(surroundings.Time));
    }

    private static void ReadStreamName(byte[] input)
    {
        if (StreamName.TryDecode(input, out var stream, out var length))
        {
            Assert.InRange(length, 1, input.Length);
            Assert.Equal(input[..length], stream.Encoded.ToArray());
        }
    }
}
