using CsCheck;
using OssLogSinks.Core.Appending;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Rolling;
using OssLogSinks.Core.Telemetry;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Appending;

/// <summary>The search for a stream's object, over a service that may say anything of what exists.</summary>
public class ObjectLocatorTests
{
    private const int MostHeads = 64;

    private static readonly StreamKey Stream = ObjectKeyTemplate.Parse("{Sequence:0}").Render(AppenderTesting.Noon, []);

    [Fact]
    public async Task WhereEveryObjectExists_TheSearchEndsAndSaysWhy()
    {
        var service = new PretendingClient(_ => true);

        var error = await Assert.ThrowsAsync<OssException>(() => LocateAsync(service, 0));

        Assert.InRange(service.Heads, 1, MostHeads);
        Assert.Equal(0, (int)error.StatusCode);
        Assert.Contains("does not look like OSS", error.Message, StringComparison.Ordinal);
        Assert.Equal(OssFailureKind.NotOss, error.Kind);
    }

    [Theory]
    [InlineData(ObjectLocator.LastSequence - 1)]
    [InlineData(ObjectLocator.LastSequence)]
    [InlineData(ObjectLocator.LastSequence + 1)]
    [InlineData(int.MaxValue)]
    public async Task AtTheLastNumbers_NothingOverflows(int from)
    {
        var service = new PretendingClient(_ => true);

        await Assert.ThrowsAsync<OssException>(() => LocateAsync(service, from));

        Assert.InRange(service.Heads, 0, 2);
    }

    [Fact]
    public void ObjectsWithoutAGap_AreFoundToTheLastOne() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, ObjectLocator.LastSequence]), Gen.Int[0, 20]).Sample((count, start) =>
        {
            var from = Math.Min(start, count);
            var service = new PretendingClient(sequence => sequence < count);

            var located = LocateAsync(service, from).GetAwaiter().GetResult();

            Assert.Equal(Math.Max(count - 1, from), located.Sequence);
            Assert.InRange(service.Heads, 1, MostHeads);
        });

    [Fact]
    public void WhateverExists_TheNumberOfHeadsIsBounded() =>
        Gen.Select(Gen.Int[0, ObjectLocator.LastSequence], Gen.ULong, Gen.Int[0, 100]).Sample((from, seed, percent) =>
        {
            var service = new PretendingClient(sequence => (seed + (ulong)sequence) * 0x9E3779B97F4A7C15UL % 100 < (ulong)percent);
            try
            {
                _ = LocateAsync(service, from).GetAwaiter().GetResult();
            }
            catch (OssException)
            {
                // Every number that was asked for exists.
            }

            Assert.InRange(service.Heads, 1, MostHeads);
        });

    private static Task<LocatedObject> LocateAsync(PretendingClient service, int from)
    {
        var policy = new RollingPolicy(OssRollingInterval.Infinite, [], null, null);
        return new ObjectLocator(service, policy, sealer: null).LocateAsync(Stream, from, TestContext.Current.CancellationToken);
    }

    /// <summary>Knows of each object only whether it exists. Ends a search that does not end by itself.</summary>
    private sealed class PretendingClient(Func<int, bool> exists) : IOssClient
    {
        public int Heads { get; private set; }

        public Task<HeadObjectResult?> HeadObjectAsync(HeadObjectRequest request, CancellationToken cancellationToken)
        {
            Assert.InRange(++Heads, 1, 1000);
            var sequence = int.Parse(request.Key, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(sequence, 0, int.MaxValue);
            return Task.FromResult(exists(sequence) ? new HeadObjectResult(3, null, "Appendable") : null);
        }

        public Task<AppendObjectResult> AppendObjectAsync(AppendObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<GetObjectResult> GetObjectAsync(GetObjectRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<SealObjectResult> SealObjectAsync(string key, long position, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
