namespace OssLogSinks.Core.Shutdown;

/// <summary>Something that still holds events when the process ends. Any thread may call any member.</summary>
public interface ILivePipeline
{
    /// <summary>How long the end of the process waits for it.</summary>
    TimeSpan CloseTimeout { get; }

    /// <summary>Sends what waits, and ends when all of it has met its fate. It takes events meanwhile and afterwards.</summary>
    /// <param name="cancellationToken">Ends the wait, not the delivery.</param>
    /// <returns>Whether all of it is stored.</returns>
    Task<bool> FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes no more events, delivers what waits, gives up and tells of the rest; if it is being closed already, ends with that close.
    /// </summary>
    /// <param name="timeout">How long to deliver; zero to give up what waits at once.</param>
    /// <returns>A task that ends with the close.</returns>
    Task CloseAsync(TimeSpan timeout);
}
