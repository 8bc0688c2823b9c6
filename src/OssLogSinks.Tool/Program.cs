using System.Text;
using OssLogSinks.Tool;
using OssLogSinks.Tool.Output;

// A tool writes to the console; the ban on Console is for libraries.
#pragma warning disable RS0030
Console.OutputEncoding = Encoding.UTF8;
var hasColour = !Console.IsOutputRedirected
    && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
    && Environment.GetEnvironmentVariable("TERM") != "dumb";
var host = new ToolHost
{
    Output = Console.OpenStandardOutput(),
    HasReaderGone = PipeReader.HasGone,
    Error = Console.Error,
    ReadVariable = Environment.GetEnvironmentVariable,
    IsOutputTerminal = hasColour,
    IsErrorTerminal = !Console.IsErrorRedirected,
    Width = Console.IsOutputRedirected ? 120 : Math.Max(40, Console.WindowWidth),
};
return await ToolApplication.RunAsync(args, host).ConfigureAwait(false);
