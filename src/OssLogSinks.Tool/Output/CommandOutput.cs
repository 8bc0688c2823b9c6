namespace OssLogSinks.Tool.Output;

/// <summary>
/// Standard output with its failures told apart: a reader that has gone ends the command quietly, everything else, such as a full disk, with a
/// message. After a failure nothing more is written, so that no byte is written twice. Does not close what it writes to.
/// </summary>
/// <param name="inner">What it writes to.</param>
/// <param name="hasReaderGone">Asked before each write.</param>
internal sealed class CommandOutput(Stream inner, Func<bool> hasReaderGone) : Stream
{
    // The broken pipe of Linux and macOS, and those of Windows: ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_NOT_CONNECTED.
    private static readonly int[] BrokenPipe = [32, unchecked((int)0x8007006D), unchecked((int)0x800700E8), unchecked((int)0x800700E9)];

    private Exception? _failure;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => Guard([], static (stream, _) => stream.Flush());

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => Guard(buffer, static (stream, bytes) => stream.Write(bytes));

    private void Guard(ReadOnlySpan<byte> buffer, Writing act)
    {
        if (_failure is null && hasReaderGone())
            _failure = new OutputClosedException();
        if (_failure is not null)
            throw _failure;

        try
        {
            act(inner, buffer);
        }
        catch (IOException failure)
        {
            throw _failure = BrokenPipe.Contains(failure.HResult)
                ? new OutputClosedException()
                : new ToolException(ExitCodes.Unreachable, $"The output cannot be written: {failure.Message}", "Free space where it is written, or write it to another place, and run the command again.");
        }
    }

    private delegate void Writing(Stream stream, ReadOnlySpan<byte> buffer);
}

/// <summary>The reader of the output has gone, as <c>head</c> does. That is no failure.</summary>
internal sealed class OutputClosedException : Exception;
