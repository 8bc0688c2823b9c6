using OssLogSinks.Emulator.Tool;

// A tool writes to the console; the ban on Console is for libraries.
#pragma warning disable RS0030
return await ToolCommand.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
