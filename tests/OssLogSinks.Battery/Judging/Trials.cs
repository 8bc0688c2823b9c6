namespace OssLogSinks.Battery.Judging;

/// <summary>One line of the battery.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="RunAsync">Returns the result as text, or throws a <see cref="TrialException"/>.</param>
internal sealed record Trial(string Name, Func<Bench, Task<string>> RunAsync);

/// <summary>All trials, as far as the system can have them.</summary>
internal static class Trials
{
    private const int Events = 1000;
    private const int Half = Events / 2;
    private const double FaultRate = 0.3;

    // What an application can tell from one request to the next, with an object that only one process has.
    private const string Faults = "All";

    // For processes that share an object, or wait no longer than an application does.
    private const string PassingFaults = "DropBefore, DropAfter, CommitLater, ErrorBefore, ErrorAfter, Unavailable, TooManyRequests, BadGateway, Delay, ResetInBody, CodedErrorAfter";

    public static IEnumerable<Trial> For(JudgeArguments arguments)
    {
        yield return new Trial("checksums: known values, each length against plain code", ChecksumsAsync);
        yield return new Trial("places of a disk buffer", PlacesAsync);
        if (arguments.System == SystemKind.Mono && new FrameworkAssemblies(Path.GetDirectoryName(arguments.Command[^1])!) is { HaveHandler: true } assemblies)
            yield return new Trial("a client with Microsoft's HttpClientHandler for .NET Framework", _ => Task.FromResult(assemblies.CreateClient()));

        foreach (var front in arguments.Fronts)
        {
            yield return new Trial($"{front}: flush and close, 30 % faults", bench => FaultsAsync(bench, front));
            yield return new Trial($"{front}: gzip, rolling by size, 30 % faults", bench => FaultsAsync(bench, front, "gzip=1", "size=2000", "every=25"));
            yield return new Trial($"{front}: disk buffer, 30 % faults", bench => DiskAsync(bench, front));
            yield return new Trial($"{front}: killed while OSS is down, taken over", bench => TakeOverAsync(bench, front, "Any", "Unavailable"));
            yield return new Trial($"{front}: killed while an append is in doubt, taken over", bench => TakeOverAsync(bench, front, "AppendObject", "DropAfter"));
            yield return new Trial($"{front}: two processes on one buffer folder", bench => TwoProcessesAsync(bench, front));
            foreach (var end in Ends(arguments.System))
                yield return new Trial($"{front}: end without close by {end}", bench => EndAsync(bench, front, end));

            if (arguments.IsInvariant)
                continue;

            foreach (var culture in new[] { "tr-TR", "th-TH", "ar-SA" })
                yield return new Trial($"{front}: culture {culture}", bench => CultureAsync(bench, front, culture));
        }
    }

    // On .NET Framework and Mono nothing tells the library of a signal, unless the runtime raises ProcessExit, and Mono tells the application only
    // if its input is a terminal.
    private static string[] Ends(SystemKind system) => system switch
    {
        SystemKind.Windows => ["return", "exit", "throw", "ctrl-c", "ctrl-c-cancel"],
        SystemKind.Mono => ["return", "exit", "throw"],
        _ => ["return", "exit", "throw", "TERM", "INT", "HUP", "QUIT", "cancel"],
    };

    private static async Task<string> ChecksumsAsync(Bench bench)
    {
        await using var part = bench.Start("checksums", "none");
        var (code, line) = await part.EndsAsync();
        TrialException.Unless(code == 0, $"{line}\n{await part.Errors}");

        // The same on every processor and every runtime.
        const string sum = "sum dca760bec83149a3";
        TrialException.Unless(line.EndsWith(sum, StringComparison.Ordinal), $"{line}, instead of {sum}");
        return line;
    }

    private static async Task<string> PlacesAsync(Bench bench)
    {
        var places = bench.Arguments.System == SystemKind.Windows ? WindowsPlaces(bench) : UnixPlaces(bench);
        await using var part = bench.Start("places", bench.Arguments.Fronts[0], "key=" + bench.Prefix + "PLACE/{Timestamp:yyyy-MM-dd}/log.log", "disk=1", "events=20", "places=" + string.Join('|', places));
        await part.EndsWellAsync();
        for (var i = 0; i < places.Length; i++)
        {
            var lines = (await bench.Emulator.ReadAsync($"{bench.Prefix}{i}/")).Values.SelectMany(stored => stored);
            TrialException.Unless(lines.SequenceEqual(Enumerable.Range(0, 20).Select(event_ => $"event {event_}")), $"What went through {places[i]} is not stored once.");
        }

        return $"exact, {places.Length} places: {string.Join(", ", places.Select(place => place.Replace(bench.Folder, "", StringComparison.Ordinal)).Select(place => place.Length > 40 ? $"one of {place.Length} characters" : place))}";
    }

    private static string[] UnixPlaces(Bench bench) =>
    [
        bench.Folder + "/with space",
        bench.Folder + "/ünï/日本語",
        bench.Folder + "/trailing/",
        bench.Folder + "/up/../down",
        "relative/place",
        bench.Folder + "/" + string.Join('/', Enumerable.Repeat(new string('x', 50), 6)),
    ];

    private static string[] WindowsPlaces(Bench bench)
    {
        var folder = bench.Seen(bench.Folder);
        return
        [
            folder + @"\with space",
            folder + @"\ünï\日本語",
            folder + @"\trailing\",
            folder + @"\up\..\down",
            folder.Replace('\\', '/') + "/forward/slashes",
            @"relative\place",
            @"\\?\" + folder + @"\extended",
            folder + @"\" + string.Join('\\', Enumerable.Repeat(new string('x', 50), 6)),
        ];
    }

    private static async Task<string> FaultsAsync(Bench bench, string front, params string[] order)
    {
        var before = await bench.Emulator.CountFaultsAsync();
        await bench.Emulator.SetFaultsAsync(bench.Prefix, "Any", Faults, FaultRate);
        await bench.RunAsync(front, ["every=50", .. order]);
        var hits = await bench.Emulator.CountFaultsAsync() - before;
        return $"{await bench.ExactAsync((0, Events))}, {hits} faults";
    }

    private static async Task<string> DiskAsync(Bench bench, string front)
    {
        var result = await FaultsAsync(bench, front, "interval=5", "buffer=" + bench.Seen(bench.Buffer));
        bench.BufferIsEmpty();
        return result;
    }

    private static async Task<string> TakeOverAsync(Bench bench, string front, string operation, string kind)
    {
        string[] order = ["disk=1", "wait=1", "interval=5", "buffer=" + bench.Seen(bench.Buffer)];
        var before = await bench.Emulator.CountFaultsAsync();
        await bench.Emulator.SetFaultsAsync(bench.Prefix, operation, kind, 1);
        await using (var killed = bench.Start("log", front, order))
        {
            await killed.SaysAsync("stored");
            await bench.FaultHitsAsync(before);
            killed.Kill();
            await killed.EndsAsync();
        }

        await bench.Emulator.ClearFaultsAsync();
        await using var next = bench.Start("log", front, [.. order, "first=5000"]);
        await next.SaysAsync("stored");
        await bench.OwnersLeftAsync(1);
        await next.GoOnAsync();
        await next.EndsWellAsync();
        bench.BufferIsEmpty();
        return await bench.ExactAsync((0, Half), (5000, Events));
    }

    private static async Task<string> TwoProcessesAsync(Bench bench, string front)
    {
        await bench.Emulator.SetFaultsAsync(bench.Prefix, "Any", PassingFaults, FaultRate);
        string[] order = ["wait=1", "interval=5", "key=" + bench.Prefix + "{Timestamp:yyyy-MM-dd}/log.log", "buffer=" + bench.Seen(bench.Buffer)];
        await using var one = bench.Start("log", front, order);
        await using var other = bench.Start("log", front, [.. order, "first=5000"]);
        await Task.WhenAll(one.SaysAsync("stored"), other.SaysAsync("stored"));
        await Task.WhenAll(one.GoOnAsync(), other.GoOnAsync());
        await Task.WhenAll(one.EndsWellAsync(), other.EndsWellAsync());
        bench.BufferIsEmpty();
        return await bench.ExactAsync((0, Events), (5000, Events));
    }

    private static async Task<string> EndAsync(Bench bench, string front, string end)
    {
        var isSignal = char.IsUpper(end[0]);
        await using var part = bench.Start("log", front, "end=" + (isSignal ? "wait" : end));
        await part.SaysAsync("logged");
        if (isSignal || end == "cancel")
            await part.SignalAsync(isSignal ? end : "INT");

        var (code, last) = await part.EndsAsync();
        var isGood = end is "return" or "exit" || end.EndsWith("cancel", StringComparison.Ordinal);
        var hasThrown = (await part.Errors).Contains("Unhandled", StringComparison.OrdinalIgnoreCase);

        // wine's code after Ctrl-C is 0, unlike that of Windows.
        TrialException.Unless((code == 0 == isGood || end == "ctrl-c") && hasThrown == (end == "throw"), $"It ended with {code}, after '{last}':\n{await part.Errors}");
        return end.EndsWith("cancel", StringComparison.Ordinal) ? await bench.ExactWithLastAsync(Events) : await bench.ExactAsync((0, Events));
    }

    private static async Task<string> CultureAsync(Bench bench, string front, string culture)
    {
        await bench.RunAsync(front, "culture=" + culture);
        return await bench.ExactAsync((0, Events));
    }
}
