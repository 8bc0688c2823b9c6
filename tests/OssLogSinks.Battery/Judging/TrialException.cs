namespace OssLogSinks.Battery.Judging;

/// <summary>Something is not as the sinks promise.</summary>
internal sealed class TrialException(string message) : Exception(message)
{
    public static void Unless(bool isRight, string message)
    {
        if (!isRight)
            throw new TrialException(message);
    }
}
