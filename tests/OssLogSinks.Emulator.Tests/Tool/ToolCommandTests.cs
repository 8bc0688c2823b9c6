using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Tool;

/// <summary>The tool as users run it: a process.</summary>
public class ToolCommandTests
{
    [Fact]
    public async Task KilledProcess_HasEverythingItAnswered()
    {
        using var folder = new TestFolder();
        var acknowledged = 0L;
        await using (var first = await ToolProcess.StartAsync("--data", folder.Path))
        {
            using var client = first.CreateClient();
            // Appends go on until the process is gone, so it is killed while it works.
            var appending = AppendUntilItFailsAsync(client, length => Interlocked.Exchange(ref acknowledged, length));
            while (Interlocked.Read(ref acknowledged) < 500)
                await Task.Yield();

            await first.KillAsync();
            await appending;
        }

        await using var second = await ToolProcess.StartAsync("--data", folder.Path);
        using var reader = second.CreateClient();
        var stored = await reader.SendAsync("GET", "app.log");
        stored.Is(200);
        // The last append may be stored without its answer.
        Assert.InRange(stored.Body.Length, acknowledged, acknowledged + 10);
        Assert.Equal(Lines(stored.Body.Length), stored.Text);
        (await reader.AppendAsync("app.log", stored.Body.Length, "more")).Is(200);
    }

    [Fact]
    public async Task TakenPort_IsToldInASentence()
    {
        await using var first = await ToolProcess.StartAsync();
        var port = first.Endpoint.Port.ToString(CultureInfo.InvariantCulture);

        var (exitCode, output, errors) = await ToolProcess.RunAsync("--port", port);

        Assert.Equal(1, exitCode);
        Assert.Equal("", output);
        Assert.Equal($"Port {port} is in use by another program, perhaps another emulator. Choose a port with --port, or --port 0 for a free one.\n", errors);
    }

    [Fact]
    public async Task DataFolderInUse_IsToldInASentence()
    {
        using var folder = new TestFolder();
        await using var first = await ToolProcess.StartAsync("--data", folder.Path);

        var (exitCode, _, errors) = await ToolProcess.RunAsync("--port", "0", "--data", folder.Path);

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"The data folder '{folder.Path}' cannot be used: ", errors, StringComparison.Ordinal);
        Assert.EndsWith("Choose another folder, or end the program that uses it.\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongArguments_AreToldWithExitCode2()
    {
        var (exitCode, _, errors) = await ToolProcess.RunAsync("--port", "many", "--frobnicate");

        Assert.Equal(2, exitCode);
        Assert.Equal("--port is 'many'. Use a number from 0 to 65535.\n'--frobnicate' is not an option.\noss-emulator --help shows every option.\n", errors);
    }

    [Fact]
    public async Task InvalidBucketName_IsToldWithExitCode2()
    {
        var (exitCode, output, errors) = await ToolProcess.RunAsync("--port", "0", "--bucket", "My_Logs");

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("--bucket is 'My_Logs'. Use 3 to 63 lowercase letters", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_ShowsEveryOption()
    {
        var (exitCode, output, _) = await ToolProcess.RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.Contains("--preload DIR", output, StringComparison.Ordinal);
        Assert.Contains("9680 by default", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Termination_EndsWithExitCode0()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill on Windows.");
        await using var tool = await ToolProcess.StartAsync();

        Assert.Equal(0, await tool.TerminateAsync());
    }

    [Fact]
    public async Task CtrlC_EndsWithItsCodeAndKeepsWhatWasStored()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill on Windows.");
        using var folder = new TestFolder();
        var acknowledged = 0L;
        await using (var first = await ToolProcess.StartAsync("--data", folder.Path))
        {
            using var client = first.CreateClient();
            var appending = AppendUntilItFailsAsync(client, length => Interlocked.Exchange(ref acknowledged, length));
            while (Interlocked.Read(ref acknowledged) < 500)
                await Task.Yield();

            var (code, output, errors) = await first.InterruptAsync();
            await appending;

            Assert.Equal((130, $"Stopped. What was stored is in {folder.Path}.\n", ""), (code, output, errors));
        }

        await using var second = await ToolProcess.StartAsync("--data", folder.Path);
        using var reader = second.CreateClient();
        var stored = await reader.SendAsync("GET", "app.log");
        Assert.InRange(stored.Body.Length, acknowledged, acknowledged + 10);
        Assert.Equal(Lines(stored.Body.Length), stored.Text);
    }

    [Fact]
    public async Task CtrlCWithoutData_SaysThatNothingIsKept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill on Windows.");
        await using var tool = await ToolProcess.StartAsync();

        Assert.Equal((130, "Stopped. What was stored is gone: --data DIR keeps it.\n", ""), await tool.InterruptAsync());
    }

    [Fact]
    public async Task Preload_UploadsFilesOnce()
    {
        using var folder = new TestFolder();
        using var data = new TestFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "shop"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "shop", "app.log"), "old\n", TestContext.Current.CancellationToken);
        string[] arguments = ["--bucket", "my-logs", "--preload", folder.Path, "--data", data.Path];
        await using (var tool = await ToolProcess.StartAsync(arguments))
        {
            using var client = tool.CreateClient();
            Assert.Contains("preloaded  1 file into my-logs", tool.Output, StringComparison.Ordinal);
            var append = new TestRequest("POST", "my-logs", "shop/app.log") { Query = [("append", ""), ("position", "4")], Body = "new\n"u8.ToArray() };
            (await client.SendAsync(append)).Is(200);
        }

        await using var again = await ToolProcess.StartAsync(arguments);
        using var reader = again.CreateClient();
        Assert.Contains("preloaded  0 files", again.Output, StringComparison.Ordinal);
        Assert.Equal("old\nnew\n", (await reader.SendAsync(new TestRequest("GET", "my-logs", "shop/app.log"))).Text);
    }

    [Fact]
    public async Task SecurityToken_IsRequiredAndChecked()
    {
        await using var tool = await ToolProcess.StartAsync("--security-token", "right token");
        using var right = tool.CreateClient("right token");
        using var wrong = tool.CreateClient("wrong");
        using var without = tool.CreateClient();

        (await right.AppendAsync("a", 0, "x")).Is(200);
        (await wrong.AppendAsync("a", 1, "x")).Is(403, "InvalidSecurityToken");
        (await without.AppendAsync("a", 1, "x")).Is(403, "InvalidAccessKeyId");
        Assert.Contains("export OSS_SESSION_TOKEN='right token'\n", tool.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_IsTrustedWithThePrintedCertificate()
    {
        using var folder = new TestFolder();
        await using var tool = await ToolProcess.StartAsync("--https", "--certificate-folder", folder.Path);
        var pemFile = Path.Combine(folder.Path, "oss-emulator.pem");
        Assert.Contains($"export SSL_CERT_FILE={pemFile}\n", tool.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("allowPlainHttp", tool.Output, StringComparison.Ordinal);
        using var root = X509CertificateLoader.LoadCertificateFromFile(pemFile);

        foreach (var host in new[] { "127.0.0.1", "localhost" })
        {
            using var client = new HttpClient(TrustOnly(root));
            Assert.Contains("<h1>", await client.GetStringAsync(new Uri($"https://{host}:{tool.Endpoint.Port}/-/"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using var distrustful = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Assert.ThrowsAsync<HttpRequestException>(() => distrustful.GetStringAsync(new Uri(tool.Endpoint, "/-/"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task HttpsCertificate_IsKeptForTheNextStart()
    {
        using var folder = new TestFolder();
        var pemFile = Path.Combine(folder.Path, "oss-emulator.pem");
        await using (await ToolProcess.StartAsync("--https", "--certificate-folder", folder.Path))
        {
        }

        var pem = await File.ReadAllTextAsync(pemFile, TestContext.Current.CancellationToken);
        await using var again = await ToolProcess.StartAsync("--https", "--certificate-folder", folder.Path);

        Assert.Equal(pem, await File.ReadAllTextAsync(pemFile, TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "oss-emulator.key")));
    }

    private static SocketsHttpHandler TrustOnly(X509Certificate2 root)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        return new SocketsHttpHandler { UseProxy = false, SslOptions = { CertificateChainPolicy = policy } };
    }

    private static async Task AppendUntilItFailsAsync(TestClient client, Action<long> acknowledge)
    {
        var length = 0L;
        try
        {
            while (true)
            {
                (await client.AppendAsync("app.log", length, Line(length / 10))).Is(200);
                length += 10;
                acknowledge(length);
            }
        }
        catch (HttpRequestException)
        {
            // The process was killed.
        }
    }

    private static string Line(long number) => string.Create(CultureInfo.InvariantCulture, $"{number:000000000}\n");

    private static string Lines(long length) => string.Concat(Enumerable.Range(0, (int)(length / 10)).Select(i => Line(i)));
}
