namespace NLog.Targets.OssAppend.Tests.Support;

internal static class Wait
{
    /// <summary>Waits for something that other threads bring about; a test that never gets there fails.</summary>
    public static async Task UntilAsync(Func<bool> isTrue)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isTrue())
        {
            timeout.Token.ThrowIfCancellationRequested();

            // Not a busy loop: what is waited for needs the processor too.
            await Task.Delay(1, timeout.Token);
        }
    }
}
