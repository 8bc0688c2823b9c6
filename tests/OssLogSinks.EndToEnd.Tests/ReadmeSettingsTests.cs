using Microsoft.Extensions.Configuration;
using NLog;
using NLog.Config;
using NLog.Targets;
using OssLogSinks.Testing;
using Serilog;
using Serilog.Sinks.OssAppend.FromConfiguration;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>The configuration files that README and docs show, loaded as an application loads them.</summary>
public sealed class ReadmeSettingsTests : IDisposable
{
    private const string Args = "Serilog:WriteTo:Oss:Args";
    private const string BufferPath = Args + ":bufferPath";

    private readonly string _folder = Directory.CreateTempSubdirectory("oss-readme-").FullName;

    public ReadmeSettingsTests()
    {
        // The README's settings take their credentials from here, as an application would.
        Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_ID", "readme-key");
        Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_SECRET", "readme-secret");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("nlog.config", "shop/{MachineName}/app-.log")]
    [InlineData("Migrating/nlog.config", "shop/{Timestamp:yyyy-MM-dd}/{MachineName}-{Logger}.log")]
    [InlineData("nlog.fallback.config", "shop/{MachineName}/app-.log")]
    public void NLogConfig_MakesTheTarget(string file, string key)
    {
        var factory = new LogFactory { ThrowConfigExceptions = true, ThrowExceptions = true };

        factory.Configuration = new XmlLoggingConfiguration(File(file), factory);

        var target = Assert.IsType<OssAppendTarget>(factory.Configuration.FindTargetByName("oss"));
        Assert.Equal(key, target.ObjectKey.ToString());
        factory.Shutdown();
    }

    [Theory]
    [InlineData("appsettings.json")]
    [InlineData("Migrating/appsettings.json")]
    public void AppSettings_MakeTheSinkWithoutAUsing(string file)
    {
        var complaints = new StringWriter();
        global::Serilog.Debugging.SelfLog.Enable(TextWriter.Synchronized(complaints));
        var configuration = new ConfigurationBuilder().AddJsonFile(File(file)).Build();

        using var logger = new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();

        Assert.Contains("OssAppendSink", SinksOf(logger));
        Assert.DoesNotContain("Unable to find a method", complaints.ToString());
    }

    [Fact]
    public void AppSettingsWithABuffer_MakeTheSink()
    {
        var complaints = new StringWriter();
        global::Serilog.Debugging.SelfLog.Enable(TextWriter.Synchronized(complaints));
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(File("appsettings.buffer.json"))
            .AddInMemoryCollection([new(BufferPath, _folder)])
            .Build();

        using (var logger = new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger())
            Assert.Contains("OssAppendSink", SinksOf(logger));

        Assert.DoesNotContain("Unable to find a method", complaints.ToString());
    }

    [Fact]
    public void AppSettingsWithAProxy_MakeTheSink()
    {
        var complaints = new StringWriter();
        global::Serilog.Debugging.SelfLog.Enable(TextWriter.Synchronized(complaints));
        using var issuer = new CertificateIssuer();
        var root = Path.Combine(_folder, "root.pem");
        System.IO.File.WriteAllText(root, issuer.RootPem);
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(File("appsettings.network.json"))
            .AddInMemoryCollection([new(Args + ":proxyPassword", "secret"), new(Args + ":certificateAuthority", root)])
            .Build();

        using (var logger = new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger())
            Assert.Contains("OssAppendSink", SinksOf(logger));

        Assert.DoesNotContain("Unable to find a method", complaints.ToString());
    }

    [Fact]
    public void BufferSettings_AreNoneThatTheSinkDoesNotKnow()
    {
        var parameters = typeof(OssAppendFromConfiguration).GetMethods()
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.Name);
        var written = new ConfigurationBuilder().AddJsonFile(File("appsettings.buffer.json")).Build().GetSection(Args).GetChildren();

        // The configuration reader leaves out, without a word, what no parameter is called.
        Assert.All(written, setting => Assert.Contains(setting.Key, parameters));
        Assert.Contains(written, setting => setting.Path == BufferPath);
    }

    private static string File(string name) => Path.Combine(AppContext.BaseDirectory, "Snippets", name);

    // A logger does not tell its sinks; what it holds is found by looking.
    private static string SinksOf(object logger)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var names = new List<string>();
        Visit(logger);
        return string.Join(' ', names);

        void Visit(object? part)
        {
            if (part is null || !part.GetType().FullName!.StartsWith("Serilog.", StringComparison.Ordinal) || !seen.Add(part))
                return;

            names.Add(part.GetType().Name);
            foreach (var field in part.GetType().GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic))
            {
                var value = field.GetValue(part);
                foreach (var item in value is System.Collections.IEnumerable many and not string ? many.Cast<object?>() : [value])
                    Visit(item);
            }
        }
    }
}
