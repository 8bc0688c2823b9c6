using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using OssLogSinks.Tool.Commands;
using OssLogSinks.Tool.Objects;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool;

/// <summary>The command line: all commands, help with examples, exit codes.</summary>
internal static class ToolApplication
{
    private const string RootExamples = """
        export OSS_REGION=cn-hangzhou OSS_BUCKET=my-logs
        export OSS_ACCESS_KEY_ID=… OSS_ACCESS_KEY_SECRET=…
        oss-logs ls
        oss-logs cat shop/ --since -3h --level Error
        """;

    // A value may begin with '@', as in --where "@l = 'Error'".
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    // After Ctrl-C, a command removes what is half done.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(10);

    private static readonly RootCommand Root = CreateRoot();

    public static async Task<int> RunAsync(string[] arguments, ToolHost host, CancellationToken cancellationToken = default)
    {
        var parse = Root.Parse(arguments, Parsing);
        var faults = FaultsOf(parse).ToList();
        if (faults.Count > 0)
        {
            foreach (var fault in faults)
                await host.Error.WriteAsync($"oss-logs: {fault}\n").ConfigureAwait(false);

            await host.Error.WriteAsync($"          Run '{NameOf(parse.CommandResult.Command)} --help' for its options and examples.\n").ConfigureAwait(false);
            return ExitCodes.Usage;
        }

        try
        {
            // Help and suggestions are written here; the commands have an output of their own.
            var output = new StreamWriter(new CommandOutput(host.Output, host.HasReaderGone));
            await using (output.ConfigureAwait(false))
                return await parse.InvokeAsync(new ToolInvocation { Host = host, Output = output, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StopTime }, cancellationToken).ConfigureAwait(false);
        }
        catch (OutputClosedException)
        {
            return ExitCodes.Done;
        }
        catch (ToolException failure)
        {
            CommandRunner.Tell(host, FailureText.Of(failure)!, parse.GetValue(GlobalOptions.Json));
            return failure.ExitCode;
        }
    }

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("Reads and checks application logs in Alibaba Cloud OSS.");
        GlobalOptions.AddTo(root);
        var examples = new Dictionary<Command, string> { [root] = RootExamples };
        Add(ListCommand.Create(), ListCommand.Examples);
        Add(CatCommand.Create(), CatCommand.Examples);
        Add(TailCommand.Create(), TailCommand.Examples);
        Add(FindCommand.Create(), FindCommand.Examples);
        Add(VerifyCommand.Create(), VerifyCommand.Examples);
        Add(AppendCommand.Create(), AppendCommand.Examples);
        Add(SealCommand.Create(), SealCommand.Examples);
        Add(CompactCommand.Create(), CompactCommand.Examples);
        Add(DrainCommand.Create(), DrainCommand.Examples);
        Add(DoctorCommand.Create(), DoctorCommand.Examples);
        Add(CostCommand.Create(), CostCommand.Examples);
        Add(CompletionCommand.Create(), CompletionCommand.Examples);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        return root;

        void Add(Command command, string text)
        {
            root.Add(command);
            examples[command] = text;
        }
    }

    private static IEnumerable<string> FaultsOf(ParseResult parse)
    {
        if (parse.Action is ParseErrorAction)
            return parse.Errors.Select(error => error.Message);

        // The parser takes an unknown option for a key.
        return parse.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))
            .Select(token => $"'{token.Value}' is no option of this command.");
    }

    private static string NameOf(Command command) => command is RootCommand ? "oss-logs" : "oss-logs " + command.Name;

    private sealed class HelpWithExamples(HelpAction help, Dictionary<Command, string> examples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (examples.TryGetValue(parseResult.CommandResult.Command, out var text))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.Write("Examples:\n");
                foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
                    output.Write($"  {line}\n");
            }

            return code;
        }
    }
}
