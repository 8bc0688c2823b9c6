using OssLogSinks.Trials;

// Tries what ships as a new user does: 'packages FOLDER' makes fresh projects, outside the repository, that take the packages
// from a folder, and other packages in the versions of Directory.Packages.props or as PACKAGE=VERSION says; 'native' publishes the native sample. Each is run, and has to ship its events to an emulator.
using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(20));
using var trialFolder = new TrialFolder(timeout.Token);
try
{
    switch (args)
    {
        case ["packages", var folder, .. var versions]:
            PackageContents.Check(folder);
            await new PackageTrials(trialFolder, folder, versions.Select(version => version.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])).RunAsync();
            break;
        case ["native"]:
            await NativeTrial.RunAsync(trialFolder);
            break;
        default:
            await Console.Error.WriteLineAsync("usage: dotnet run --project tests/OssLogSinks.Trials -- packages FOLDER [PACKAGE=VERSION...] | native");
            return 2;
    }
}
catch (TrialException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

Console.WriteLine("every trial shipped its events");
return 0;
