using System.CommandLine;
using OssLogSinks.Tool.Output;

namespace OssLogSinks.Tool.Commands;

/// <summary><c>completion</c>: scripts that let a shell ask this tool how a command line can go on.</summary>
internal static class CompletionCommand
{
    public const string Examples = """
        source <(oss-logs completion bash)
        oss-logs completion zsh > ~/.zfunc/_oss-logs
        oss-logs completion fish | source
        oss-logs completion pwsh | Out-String | Invoke-Expression
        """;

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _oss_logs() {
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$(oss-logs "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _oss_logs oss-logs

            """,
        ["zsh"] = """
            #compdef oss-logs
            _oss_logs() {
              local -a suggestions
              suggestions=("${(@f)$(oss-logs "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              compadd -a suggestions
              _files
            }
            compdef _oss_logs oss-logs

            """,
        ["fish"] = """
            complete -c oss-logs -a '(oss-logs "[suggest:"(commandline -C)"]" (commandline -b) 2>/dev/null)'

            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName oss-logs -ScriptBlock {
              param($wordToComplete, $commandAst, $cursorPosition)
              oss-logs "[suggest:$cursorPosition]" "$commandAst" | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
              }
            }

            """,
    };

    private static readonly Argument<string> Shell = new("shell") { Description = "bash, zsh, fish or pwsh." };

    public static Command Create()
    {
        Shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print a completion script for a shell.") { Shell };
        CommandRunner.Handle(command, (run, _) =>
        {
            run.Output.Text.Write(Scripts[run.Parse.GetValue(Shell)!]);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
