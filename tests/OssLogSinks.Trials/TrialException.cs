namespace OssLogSinks.Trials;

/// <summary>A trial did not go as a new user has to see it.</summary>
internal sealed class TrialException(string message) : Exception(message)
{
    public static void Unless(bool isRight, string message)
    {
        if (!isRight)
            throw new TrialException(message);
    }
}
