namespace OssLogSinks.Battery.Judging;

/// <summary>This build has the parts only: the judge is compiled for .NET 10.</summary>
internal static class Judge
{
    public static Task<int> RunAsync(string[] arguments)
    {
        Console.Error.WriteLine($"This build has no judge, so it cannot do '{string.Join(" ", arguments)}'. Start it by the judge of the build for .NET 10.");
        return Task.FromResult(2);
    }
}
