namespace OssLogSinks.Reliability.Children;

/// <summary>The process that started this one, as far as a child knows it: it holds the other end of the child's input.</summary>
internal static class ParentProcess
{
    private const int ExitCode = 3;

    /// <summary>Waits for the parent's end, and ends this process then.</summary>
    public static async Task EndWithItAsync()
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Nothing is asked here.
        }

        EndWithIt();
    }

    /// <summary>Ends at once: nobody is left to read what becomes of this process.</summary>
    public static void EndWithIt() => Environment.Exit(ExitCode);
}
