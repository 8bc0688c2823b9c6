using Microsoft.Extensions.Configuration;
using NLog;
using NLog.Config;
using NLog.Targets;
using Serilog;

namespace OssLogSinks.EndToEnd.Tests;

/// <summary>The configuration files that the README shows, loaded as an application loads them.</summary>
public class ReadmeSettingsTests
{
    public ReadmeSettingsTests()
    {
        // The README's settings take their credentials from here, as an application would.
        Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_ID", "readme-key");
        Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_SECRET", "readme-secret");
    }

    [Fact]
    public void NLogConfig_MakesTheTarget()
    {
        var factory = new LogFactory { ThrowConfigExceptions = true, ThrowExceptions = true };

        factory.Configuration = new XmlLoggingConfiguration(File("nlog.config"), factory);

        var target = Assert.IsType<OssAppendTarget>(factory.Configuration.FindTargetByName("oss"));
        Assert.Equal("shop/{MachineName}/app-.log", target.ObjectKey.ToString());
        factory.Shutdown();
    }

    [Fact]
    public void AppSettings_MakeTheSinkWithoutAUsing()
    {
        var complaints = new StringWriter();
        global::Serilog.Debugging.SelfLog.Enable(TextWriter.Synchronized(complaints));
        var configuration = new ConfigurationBuilder().AddJsonFile(File("appsettings.json")).Build();

        using var logger = new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();

        Assert.Contains("OssAppendSink", SinksOf(logger));
        Assert.DoesNotContain("Unable to find a method", complaints.ToString());
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
