namespace OssLogSinks.Tool.Output;

/// <summary>What the tool has of its surroundings, so that tests can give it others.</summary>
internal sealed class ToolHost
{
    /// <summary>Standard output. Log lines are bytes, and must leave as they were stored.</summary>
    public required Stream Output { get; init; }

    /// <summary>Whether the program that reads the output has ended. Default: false; then a write fails.</summary>
    public Func<bool> HasReaderGone { get; init; } = static () => false;

    /// <summary>Standard error, for messages and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Reads environment variables.</summary>
    public required Func<string, string?> ReadVariable { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes files durable. Default: the real disk.</summary>
    public ILocalDisk Disk { get; init; } = LocalDisk.Instance;

    /// <summary>Whether a person reads the output, with colours. Default: false, as in a pipe.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether a person reads the messages, so that progress may overwrite its line. Default: false.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Columns of the terminal. Default: 120.</summary>
    public int Width { get; init; } = 120;
}

/// <summary>How the process ends; scripts rely on these numbers.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command ran and found what it looks for: damage, a failed check, another content.</summary>
    public const int Found = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int Usage = 2;

    /// <summary>There is no such object, bucket, file or folder.</summary>
    public const int NotFound = 3;

    /// <summary>OSS or this machine refused: credentials or a permission.</summary>
    public const int Refused = 4;

    /// <summary>OSS could not be reached, or failed; or a file or the output could not be read or written.</summary>
    public const int Unreachable = 5;

    /// <summary>Ctrl-C, as shells count signals.</summary>
    public const int Cancelled = 130;
}

/// <summary>Ends a command with a message of cause and cure.</summary>
internal sealed class ToolException : Exception
{
    public ToolException(int exitCode, string cause, string cure)
        : base(cause)
    {
        ExitCode = exitCode;
        Cure = cure;
    }

    public int ExitCode { get; }

    public string Cure { get; }
}
