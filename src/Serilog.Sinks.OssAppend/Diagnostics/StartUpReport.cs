using OssLogSinks.Core;

namespace Serilog.Sinks.OssAppend.Diagnostics;

/// <summary>
/// Tells why a configuration file cannot be used, on standard error and before anything else: what reads the file wraps the exception
/// into one whose name says nothing, the application ends by it, and its stack is long.
/// </summary>
internal static class StartUpReport
{
    // Nobody listens to SelfLog that early, and nothing else of the application works yet.
#pragma warning disable RS0030
    public static void Tell(OssSettingsException exception) => Console.Error.WriteLine(exception.Message);
#pragma warning restore RS0030
}
