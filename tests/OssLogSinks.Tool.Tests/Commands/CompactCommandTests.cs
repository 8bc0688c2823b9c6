using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.Time.Testing;
using OssLogSinks.Emulator.Authentication;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;
using OssLogSinks.Tool.Compacting;
using OssLogSinks.Tool.Output;
using OssLogSinks.Tool.Tests.Support;

namespace OssLogSinks.Tool.Tests.Commands;

public sealed class CompactCommandTests : ToolTest, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("compact-test-").FullName;

    // Objects are written now; the command runs two days later.
    public CompactCommandTests() => Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(2));

    private string FilePath => Path.Combine(_folder, "events.parquet");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PlainAndGzip_BecomeOneTableThatDuckDbReads()
    {
        Append("s/a.log", Clef(1, "Order {Id} of {Tenant}", ""","@l":"Warning","@tr":"0af7651916cd43dd8448eb211c80319c","@sp":"00f067aa0ba902b7","Id":7,"Tenant":"acme","Elapsed":20,"Ok":true""") + Clef(2, "plain"));
        AppendGzip("s/b.log.gz", """{"@t":"2026-11-22T19:03:00.1234567+02:00","@m":"done","@i":42,"@x":"System.Exception: bad\n  at X","Id":8,"Elapsed":501.5,"Tags":["x"]}""" + "\n");

        var written = JsonDocument.Parse((await RunAsync("compact", "s/", "--file", FilePath, "--json")).Good()).RootElement;

        Assert.Equal(("written", 3), (written.GetProperty("state").GetString(), written.GetProperty("rows").GetInt32()));
        var rows = Query("SELECT epoch_us(time), level, message_template, message, exception, event_id, trace_id, span_id, properties, time_text, source, Id, Tenant, Elapsed, Ok FROM '{0}'");
        Assert.Equal(["1795366860000000", "Warning", "Order {Id} of {Tenant}", "Order 7 of acme", "", "", "0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7", """{"Id":7,"Tenant":"acme","Elapsed":20,"Ok":true}""", "2026-11-22T17:01:00.0000000Z", "s/a.log", "7", "acme", "20", "True"], rows[0]);
        Assert.Equal(["1795366920000000", "Information", "plain", "plain", "", "", "", "", "{}", "2026-11-22T17:02:00.0000000Z", "s/a.log", "", "", "", ""], rows[1]);
        Assert.Equal(["1795366980123456", "Information", "", "done", "System.Exception: bad\n  at X", "42", "", "", """{"Id":8,"Elapsed":501.5,"Tags":["x"]}""", "2026-11-22T19:03:00.1234567+02:00", "s/b.log.gz", "8", "", "501.5", ""], rows[2]);
        Assert.Equal(["x"], Query("SELECT properties->>'$.Tags[0]' FROM '{0}' WHERE Elapsed > 500").Single());
    }

    [Fact]
    public async Task Column_IsForAPropertyOfOneScalarTypeOnly()
    {
        Append("a.log", Clef(1, "m", ""","Whole":1,"Mixed":1,"List":[1],"Level":"x","Twice":1,"Twice":2,"Half":"\ud800","http.method":"GET","with space":1,"Empty":null""")
            + Clef(2, "m", ""","Whole":2,"Mixed":"one","whole":3"""));

        (await RunAsync("compact", "a.log", "--file", FilePath)).Good();

        var columns = Query("SELECT name FROM parquet_schema('{0}')").Select(row => row[0]).Skip(1 + EventColumns.FixedNames.Length);
        Assert.Equal(["Whole", "http.method"], columns.Order(StringComparer.Ordinal));
        Assert.Contains("\"Twice\":1,\"Twice\":2,\"Half\":\"\\ud800\"", Query("SELECT properties FROM '{0}'")[0][0]);
    }

    [Fact]
    public async Task ManyRowGroups_KeepEveryRowInItsOrder()
    {
        Append("a.log", string.Concat(Enumerable.Range(0, 120_000).Select(i => $$"""{"@t":"2026-11-22T17:00:00Z","@mt":"n {N}","N":{{i}}}""" + "\n")));

        (await RunAsync("compact", "a.log", "--file", FilePath)).Good();

        Assert.Equal(["120000", "7199940000"], Query("SELECT count(*), sum(N) FROM '{0}'")[0]);
        Assert.Equal("2", Query("SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{0}')")[0][0]);
        Assert.Equal("n 119999", Query("SELECT message FROM '{0}' OFFSET 119999")[0][0]);
    }

    [Fact]
    public async Task SecondRun_WritesNothingAgain()
    {
        Append("s/a.log", Clef(1, "one"));
        (await RunAsync("compact", "s/", "--to", "p/")).Good();
        Append("s/b.log", Clef(2, "two"));

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--json");

        Assert.Equal(["present", "written"], outcome.Lines.Select(State));
        Assert.Equal(2, Parquets().Count);
        Assert.Equal("two", await MessagesOfAsync(JsonDocument.Parse(outcome.Lines[1]).RootElement.GetProperty("parquet").GetString()!));
        Assert.Equal("present", State((await RunAsync("compact", "s/a.log", "--to", "p/", "--json")).Good()));
    }

    [Fact]
    public async Task OpenObject_IsLeftOutUnlessItIsSealed()
    {
        Time = TimeProvider.System;
        Append("s/open.log", Clef(1, "open"));
        Append("s/sealed.log", Clef(1, "sealed"));
        (await RunAsync("seal", "s/sealed.log")).Good();

        var outcome = await RunAsync("compact", "s/", "--file", FilePath, "--delete-source", "--json");

        Assert.Equal(["open", "written", "deleted"], outcome.Lines.Select(State));
        Assert.Equal("sealed", Query("SELECT message FROM '{0}'").Single()[0]);
        Assert.Equal("s/open.log", Emulator.ListObjects(Bucket).Single().Key);
    }

    [Theory]
    [InlineData("text\n", "line 1 is no CLEF event")]
    [InlineData("""{"@t":"2026-11-22T17:00:00Z"}""" + "\n{\"@t\":\"2026-11-22T17", "line 2 is no CLEF event")]
    [InlineData("""{"@t":"2026-11-22T17:00:00Z","@m":"a","@m":"b"}""" + "\n", "line 1 is no CLEF event")]
    [InlineData("""{"@m":"no time"}""" + "\n", "line 1 is no CLEF event")]
    public async Task OtherContent_IsLeftOutAndKept(string text, string words)
    {
        Append("s/good.log", Clef(1, "good"));
        Append("s/other.log", text);

        var outcome = await RunAsync("compact", "s/", "--file", FilePath, "--delete-source");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Contains("s/other.log: left out: " + words, outcome.Output);
        Assert.Equal("good", Query("SELECT message FROM '{0}'").Single()[0]);
        Assert.Equal("s/other.log", Emulator.ListObjects(Bucket).Single().Key);
    }

    [Fact]
    public async Task DamagedGzip_IsLeftOutAndKept()
    {
        Append("s/bad.log.gz", "no gzip");

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Equal("s/bad.log.gz", Emulator.ListObjects(Bucket).Single().Key);
    }

    [Theory]
    [InlineData(-1, "")]
    [InlineData(-20, "")]
    [InlineData(0, "\0")]
    [InlineData(0, "{\"@t\":\"2026-11-22T17:00:00Z\"}\n")]
    public async Task GzipThatIsNotWhole_IsLeftOutAndKept(int cut, string behind)
    {
        AppendGzip("good", Clef(1, "one"));
        AppendGzip("good", Clef(2, "two"));
        var bytes = Emulator.ReadObject(Bucket, "good");
        Emulator.DeleteObject(Bucket, "good");
        Emulator.AppendAsForeignWriter(Bucket, "s/bad.log.gz", [.. bytes[..(bytes.Length + cut)], .. Encoding.UTF8.GetBytes(behind)]);

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Contains("s/bad.log.gz: left out: its gzip is damaged or cut, or other bytes follow it", outcome.Output);
        Assert.Equal("s/bad.log.gz", Emulator.ListObjects(Bucket).Single().Key);
    }

    [Fact]
    public async Task FileAndItsName_AreDurableBeforeTheFirstDelete()
    {
        var disk = new RecordedDisk(this);
        Disk = disk;
        Append("s/a.log", Clef(1, "a"));
        Append("s/b.log", Clef(2, "b"));

        (await RunAsync("compact", "s/", "--file", FilePath, "--delete-source")).Good();

        var temporary = disk.Calls[0].Path;
        Assert.NotEqual(FilePath, temporary);
        Assert.Equal([(temporary, 2), (FilePath, 2), (_folder, 2)], disk.Calls);
        Assert.Empty(Emulator.ListObjects(Bucket));
    }

    [Fact]
    public async Task FileOfAnEarlierRun_IsMadeDurableBeforeTheFirstDelete()
    {
        Append("s/a.log", Clef(1, "a"));
        (await RunAsync("compact", "s/", "--file", FilePath)).Good();
        var disk = new RecordedDisk(this);
        Disk = disk;

        (await RunAsync("compact", "s/", "--file", FilePath, "--delete-source")).Good();

        Assert.Equal([(FilePath, 1), (_folder, 1)], disk.Calls);
        Assert.Empty(Emulator.ListObjects(Bucket));
    }

    [Fact]
    public async Task DiskThatRefusesToSync_KeepsTheSources()
    {
        Disk = new RecordedDisk(this) { Refuses = path => path == _folder };
        Append("s/a.log", Clef(1, "a"));

        var outcome = await RunAsync("compact", "s/", "--file", FilePath, "--delete-source");

        Assert.Equal((ExitCodes.Unreachable, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal("s/a.log", Emulator.ListObjects(Bucket).Single().Key);
    }

    [Fact]
    public async Task DryRun_WritesAndDeletesNothing()
    {
        Append("s/a.log", Clef(1, "one"));
        Emulator.ClearRequests();

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source", "--dry-run");

        Assert.Equal("a new Parquet file: would be written; 1 objects\n", outcome.Good());
        Assert.All(Emulator.Requests, request => Assert.Equal(OssOperation.ListObjectsV2, request.Operation));
    }

    [Fact]
    public async Task RunThatWasStoppedWhileDeleting_IsFinished()
    {
        Append("s/a.log", Clef(1, "a"));
        Append("s/b.log", Clef(2, "b"));
        (await RunAsync("compact", "s/", "--to", "p/")).Good();
        Emulator.DeleteObject(Bucket, "s/a.log");

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source", "--json");

        Assert.Equal(["present", "deleted"], outcome.Lines.Select(State));
        Assert.Equal(Parquets(), Emulator.ListObjects(Bucket).Select(stored => stored.Key));
    }

    [Fact]
    public async Task ObjectThatGrewSince_IsKeptAndTold()
    {
        Append("s/a.log", Clef(1, "a"));
        (await RunAsync("compact", "s/", "--to", "p/")).Good();
        Append("s/a.log", Clef(2, "late"));

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source", "--json");

        Assert.Equal((ExitCodes.Found, "changed"), (outcome.ExitCode, State(outcome.Lines.Single())));
        Assert.NotNull(Emulator.FindObject(Bucket, "s/a.log"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AppendDuringTheRun_IsNotDeleted(bool sealEnabled)
    {
        Options.SealEnabled = sealEnabled;
        Append("s/a.log", Clef(1, "a"));
        var held = Emulator.Faults.Hold(on: FaultFilter.Appends);
        var running = RunAsync("compact", "s/", "--to", "p/", "--delete-source", "--json");
        await held.Arrived.WaitAsync(TestContext.Current.CancellationToken);

        Append("s/a.log", Clef(2, "late"));
        held.Release();
        var outcome = await running;

        Assert.Equal(["written", "changed"], outcome.Lines.Select(State));
        Assert.NotNull(Emulator.FindObject(Bucket, "s/a.log"));
    }

    [Fact]
    public async Task OtherBytesInTheParquetObject_KeepTheSource()
    {
        Append("s/a.log", Clef(1, "a"));
        (await RunAsync("compact", "s/", "--to", "p/")).Good();
        var key = Parquets().Single();
        Emulator.DeleteObject(Bucket, "s/a.log");
        Append("s/a.log", Clef(1, "b"));

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source");

        Assert.Equal(ExitCodes.Found, outcome.ExitCode);
        Assert.Contains("s/a.log: left out: it has other bytes", outcome.Output);
        Assert.NotNull(Emulator.FindObject(Bucket, "s/a.log"));
        Assert.Equal(key, Parquets().Single());
    }

    [Fact]
    public async Task PartSize_SplitsBetweenObjects()
    {
        for (var i = 0; i < 3; i++)
            Append($"s/{i}.log", Clef(i, new string((char)('a' + i), 40_000)));

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--part-size", "65536");

        outcome.Good();
        Assert.Equal(3, Parquets().Count);
    }

    [Fact]
    public async Task LostAnswers_WriteOneObject()
    {
        Append("s/a.log", Clef(1, "a"));
        Time = TimeProvider.System;
        Emulator.Faults.DropRequestBeforeCommit().DropResponseAfterCommit();

        (await RunAsync("compact", "s/a.log", "--to", "p/", "--older-than", "0s")).Good();

        Assert.Equal(2, Emulator.Faults.Injected);
        Assert.Equal("a", await MessagesOfAsync(Parquets().Single()));
    }

    [Fact]
    public async Task MissingPermission_NamesTheAction()
    {
        Append("s/a.log", Clef(1, "a"));
        Emulator.SetCredentials(new EmulatedCredentials("limited", "limited-secret") { DeniedActions = ["oss:PutObject"] });
        Variables["OSS_ACCESS_KEY_ID"] = "limited";
        Variables["OSS_ACCESS_KEY_SECRET"] = "limited-secret";

        var outcome = await RunAsync("compact", "s/", "--to", "p/", "--delete-source");

        Assert.Equal(ExitCodes.Refused, outcome.ExitCode);
        Assert.Contains("oss:PutObject", outcome.Error);
        Assert.NotNull(Emulator.FindObject(Bucket, "s/a.log"));
    }

    [Fact]
    public async Task FileThatIsThere_IsNotReplaced()
    {
        await File.WriteAllTextAsync(FilePath, "mine", TestContext.Current.CancellationToken);
        Append("s/a.log", Clef(1, "a"));

        Assert.Equal(ExitCodes.Usage, (await RunAsync("compact", "s/", "--file", FilePath)).ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("compact", "s/")]
    [InlineData("compact", "s/", "--to", "p/", "--file", "x.parquet")]
    [InlineData("compact", "s/", "--to", "p/", "--older-than", "soon")]
    [InlineData("compact", "s/", "--to", "p/", "--part-size", "1")]
    public async Task FaultyCommandLine_IsRefused(params string[] arguments) =>
        Assert.Equal(ExitCodes.Usage, (await RunAsync(arguments)).ExitCode);

    [Fact]
    public async Task ParquetBelowAPrefix_IsNotReadAsLines()
    {
        Append("s/a.log", Clef(1, "a"));
        (await RunAsync("compact", "s/", "--to", "s/")).Good();

        Assert.Equal("a\n", (await RunAsync("cat", "s/", "--template", "{@m}")).Good());
        Assert.Equal("a\n", (await RunAsync("tail", "s/", "--template", "{@m}")).Good());
    }

    [Theory]
    [InlineData("message", "level")]
    [InlineData("properties", "properties")]
    [InlineData("time", "time_text")]
    [InlineData("N", "N")]
    public async Task WrongRow_IsFoundByTheCheck(string spoiled, string column)
    {
        var (original, copy) = (Clef(1, "m {N}", ""","N":1,"S":"x" """.Trim()), FilePath + ".copy");
        var changed = spoiled switch
        {
            "message" => original.Replace("\"N\"", "\"@l\":\"Error\",\"N\"", StringComparison.Ordinal),
            "properties" => original.Replace("\"x\"", "\"y\"", StringComparison.Ordinal),
            "time" => original.Replace("17:01", "17:02", StringComparison.Ordinal),
            _ => original.Replace("m {N}", "m", StringComparison.Ordinal),
        };
        Append("a.log", original);
        (await RunAsync("compact", "a.log", "--file", FilePath)).Good();
        await File.WriteAllTextAsync(copy, changed, TestContext.Current.CancellationToken);

        var check = Compaction.CheckAsync(FilePath, [new SourceCopy("a.log", copy, changed.Length, 0)], TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<ToolException>(() => check);
        Assert.Contains(column == "N" ? "'message_template'" : $"'{column}'", failure.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task MissingOrFurtherLine_IsFoundByTheCheck(int lines)
    {
        var copy = FilePath + ".copy";
        Append("a.log", Clef(1, "a"));
        (await RunAsync("compact", "a.log", "--file", FilePath)).Good();
        await File.WriteAllTextAsync(copy, string.Concat(Enumerable.Repeat(Clef(1, "a"), lines)), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ToolException>(() => Compaction.CheckAsync(FilePath, [new SourceCopy("a.log", copy, 0, 0)], TestContext.Current.CancellationToken));
    }

    /// <summary>A disk that says what was made durable, and how many objects there were then.</summary>
    private sealed class RecordedDisk(CompactCommandTests test) : ILocalDisk
    {
        public List<(string Path, int Objects)> Calls { get; } = [];

        public Func<string, bool> Refuses { get; init; } = _ => false;

        public void SyncFile(string path) => Add(path);

        public void SyncFolder(string path) => Add(path);

        private void Add(string path)
        {
            Calls.Add((path, test.Emulator.ListObjects(Bucket).Count));
            if (Refuses(path))
                throw new IOException("The disk refuses.");
        }
    }

    private static string? State(string line) => JsonDocument.Parse(line).RootElement.GetProperty("state").GetString();

    private List<string> Parquets() => [.. Emulator.ListObjects(Bucket).Select(stored => stored.Key).Where(key => key.EndsWith(".parquet", StringComparison.Ordinal))];

    private async Task<string> MessagesOfAsync(string key)
    {
        await File.WriteAllBytesAsync(FilePath, Emulator.ReadObject(Bucket, key), TestContext.Current.CancellationToken);
        return string.Join(',', Query("SELECT message FROM '{0}'").Select(row => row[0]));
    }

    private List<string[]> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{0}", FilePath, StringComparison.Ordinal);
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture)!)]);

        return rows;
    }
}
