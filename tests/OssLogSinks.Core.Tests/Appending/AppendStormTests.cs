using System.Net;
using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Tests.Support;
using static OssLogSinks.Core.Tests.Support.AppenderTesting;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>Faults in any order around the appends of one writer.</summary>
public class AppendStormTests
{
    [Fact]
    public void AnyMixOfFaults_LosesAndDoublesNothingAndKeepsTheOrder()
    {
        Gen.Select(Gen.Int[0, 11].Array[0, 40], Gen.Int[1, 60], Gen.Int[1, 30]).Sample(
            (faults, records, sizeLimit) =>
            {
                var oss = new MemoryOss();
                var random = new Queue<int>(faults);
                AppendObjectRequest? travelling = null;
                oss.Always = request => Play(oss, request, random.TryDequeue(out var fault) ? fault : 0, ref travelling);

                RunAsync(oss, records, sizeLimit).GetAwaiter().GetResult();

                var lines = oss.Keys.SelectMany(key => oss.Text(key).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(l => l != "s").ToArray();
                Assert.Equal(Enumerable.Range(0, records).Select(i => $"{i}"), lines);
            },
            iter: CsCheck.Check.Iter);
    }

    private static async Task RunAsync(MemoryOss oss, int records, int sizeLimit)
    {
        var options = Options(oss);
        options.ObjectSizeLimitBytes = sizeLimit;
        options.ObjectKey = "{Sequence:00000}.log";
        await using var appender = new OssAppender(options);
        for (var i = 0; i < records; i++)
        {
            appender.TryAppend(Record($"{i}\n"));
            if (i % 7 == 6)
                await appender.FlushOrFailAsync();
        }

        await appender.FlushOrFailAsync();
    }

    private static Task<AppendObjectResult> Play(MemoryOss oss, AppendObjectRequest request, int fault, ref AppendObjectRequest? travelling)
    {
        // Whatever still travels lands before the next request, if its position is still free.
        if (travelling is not null && fault % 2 == 0)
        {
            TryApply(oss, travelling);
            travelling = null;
        }

        var lost = Task.FromException<AppendObjectResult>(new OssException("lost", null));
        switch (fault)
        {
            case 1:
                return lost;
            case 2:
                TryApply(oss, request);
                return lost;
            case 3:
                travelling = request;
                return lost;
            case 4:
                TryApply(oss, request);
                oss.AppendAsForeignWriter(request.Key, "s\n");
                return lost;
            case 5:
                oss.AppendAsForeignWriter(request.Key, "s\n");
                return lost;
            case 6:
                oss.AppendAsForeignWriter(request.Key, "s\n");
                return Task.FromResult(oss.Apply(request));
            case 7:
                return Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
            case 8:
                TryApply(oss, request);
                return Task.FromException<AppendObjectResult>(MemoryOss.Refusal(HttpStatusCode.InternalServerError, "InternalError"));
            case 9:
                TryApply(oss, request);
                oss.Seal(request.Key);
                return lost;
            case 10:
                oss.NextHeadFails(new OssException("no answer", null));
                TryApply(oss, request);
                return lost;
            default:
                return Task.FromResult(oss.Apply(request));
        }
    }

    private static void TryApply(MemoryOss oss, AppendObjectRequest request)
    {
        try
        {
            oss.Apply(request);
        }
        catch (OssException)
        {
            // Too late: its position is gone.
        }
    }
}
