using OssLogSinks.EndToEnd.Child;

// Logs half of its events and flushes them, prints 'stored', waits for a line, logs the rest, prints 'logged', and ends
// as it was ordered to, without closing its logger.
var order = Order.Parse(args[0]);
var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
if (order.End == "cancel-first")
    Console.CancelKeyPress += Cancel;

var frontDoor = IFrontDoor.Open(order);
if (order.End == "cancel")
    Console.CancelKeyPress += Cancel;

for (var i = 0; i < order.Events / 2; i++)
    frontDoor.Log($"{order.Prefix} {i}");
await frontDoor.FlushAsync();

Console.WriteLine("stored");
Console.ReadLine();
if (order.StarvesPool)
    StarvePool();
for (var i = order.Events / 2; i < order.Events; i++)
    frontDoor.Log($"{order.Prefix} {i}");

switch (order.End)
{
    case "host":
        await Site.RunAsync(frontDoor);
        return 0;
    case "return":
        Console.WriteLine("logged");
        return 0;
    case "close":
        Console.WriteLine("logged");
        frontDoor.CloseAndFlush();
        Console.WriteLine("closed");
        return 0;
    case "exit":
        Console.WriteLine("logged");
        Environment.Exit(0);
        return 1;
    case "throw":
        Console.WriteLine("logged");
        throw new InvalidOperationException("Ordered to fail.");
    case "last-word":
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            frontDoor.Log("last word");
            frontDoor.CloseAndFlush();
        };
        Console.WriteLine("logged");
        return 0;
    default:
        Console.WriteLine("logged");
        // A signal ends the process here, unless it is cancelled: then the process goes on, and so does its log.
        await goesOn.Task;
        frontDoor.Log("goes on");
        return 0;
}

// As applications do that block on asynchronous calls: every thread there may be waits for one that there is not.
static void StarvePool()
{
    ThreadPool.SetMinThreads(1, 1);
    ThreadPool.SetMaxThreads(Environment.ProcessorCount, Environment.ProcessorCount);
    for (var i = 0; i < 400; i++)
        ThreadPool.UnsafeQueueUserWorkItem(_ => Thread.Sleep(Timeout.Infinite), null);
}

void Cancel(object? sender, ConsoleCancelEventArgs e)
{
    e.Cancel = true;
    goesOn.SetResult();
}
