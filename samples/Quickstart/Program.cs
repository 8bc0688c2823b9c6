using Quickstart;

// A small site logs through Serilog and NLog into OSS, and every event is found again in the bucket, once.
// Without OSS_ENDPOINT it brings an OSS of its own: nothing to install, no account, no internet.
var arguments = QuickstartArguments.Parse(args);
if (arguments is null)
    return 2;

await using var target = await BucketUnderTest.OpenAsync(arguments);
Console.WriteLine($"Appending to {target.Description}, under '{arguments.Prefix}'.");
if (target.Page is { } page)
    Console.WriteLine($"Watch it at {page}#/{target.Bucket}/{arguments.Prefix}{(arguments.Stay ? "" : " while it runs, or add --stay")}");

var run = Guid.NewGuid().ToString("N")[..8];
await using (var logging = SiteLogging.Begin(target, arguments))
{
    await using var site = await Site.StartAsync(logging, run);
    await site.VisitAsync(arguments.Requests);
    await logging.FlushAsync();
}

var found = await BucketReport.ReadAsync(target, arguments, run);
found.Print(Console.Out);
if (arguments.Stay && target.Page is not null)
{
    Console.WriteLine("The built-in OSS stays until Ctrl-C.");
    await ControlC.PressedAsync();
}

return found.IsExactlyOnce ? 0 : 1;
