using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Emulator.Faults;
using static OssLogSinks.Contract.ClientUnderTest;

namespace OssLogSinks.Contract;

/// <summary>What a client answers to HEAD, GET and seal.</summary>
public abstract class ReadContractTests : ClientContract
{
    [Fact]
    public async Task Head_TellsLengthCrcAndKind()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");

        var head = await test.HeadAsync();

        Assert.NotNull(head);
        Assert.Equal((6L, "Appendable", false), (head.Length, head.ObjectType, head.IsSealed));
        Assert.True(head.Crc64 is null || head.Crc64 == Crc64.Append(0, "hello\n"u8));
    }

    [Fact]
    public async Task HeadOfASealedObject_SaysSo()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        test.Oss.SealObject(Bucket, Key);

        Assert.True((await test.HeadAsync())!.IsSealed);
    }

    [Fact]
    public async Task HeadOfANormalObject_SaysSo()
    {
        await using var test = await StartAsync();
        test.Oss.PutObject(Bucket, Key, "hello\n"u8);

        Assert.Equal("Normal", (await test.HeadAsync())!.ObjectType);
    }

    // Null, 404 NoSuchKey, or 404 without a code: then the appender asks with a GET.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeadOfAMissingObject_IsA404(bool hasDocument)
    {
        await using var test = await StartAsync(options => options.HeadErrorDocuments = hasDocument);

        await AssertAbsentAsync(test, mayBeNull: true, code: hasDocument ? "NoSuchKey" : null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeadInAMissingBucket_IsNotAbsence(bool hasDocument)
    {
        await using var test = await StartAsync(options =>
        {
            options.Buckets.Clear();
            options.HeadErrorDocuments = hasDocument;
        });

        await AssertAbsentAsync(test, mayBeNull: false, code: hasDocument ? "NoSuchBucket" : null);
    }

    [Theory]
    [MemberData(nameof(GatewayStatuses))]
    public async Task FailingHead_IsNotAbsence(int status)
    {
        await using var test = await StartAsync();
        test.Oss.Faults.GatewayPage(status, on: FaultFilter.Heads);

        AssertProvesNothing(await test.FailureAsync(() => test.HeadAsync()));
    }

    [Fact]
    public async Task LostHead_IsNotAbsence()
    {
        await using var test = await StartAsync();
        test.Oss.Faults.DropResponseAfterCommit(count: 10, on: FaultFilter.Heads);

        AssertUnanswered(await test.FailureAsync(() => test.HeadAsync()));
    }

    [Fact]
    public async Task Get_ReturnsTheWholeObject()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");

        using var answer = await test.GetAsync();

        Assert.Null(answer.ContentRange);
        Assert.Equal("hello\n", await ReadAsync(answer));
    }

    [Fact]
    public async Task GetOfARange_ReturnsItAndSaysWhich()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\nworld\n");

        using var answer = await test.GetAsync(new OssByteRange(6, 5));

        Assert.Equal(new OssByteRange(6, 5), answer.ContentRange);
        Assert.Equal("world", await ReadAsync(answer));
    }

    [Theory]
    [InlineData(3, 100)]
    [InlineData(6, 1)]
    [InlineData(100, 5)]
    public async Task GetBeyondTheEnd_DoesNotClaimTheRange(long start, long length)
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        GetObjectResult answer;
        try
        {
            answer = await test.GetAsync(new OssByteRange(start, length));
        }
        catch (OssException e)
        {
            Assert.Equal((416, "InvalidRange"), ((int)e.StatusCode, e.Code));
            return;
        }

        using (answer)
            Assert.NotEqual(new OssByteRange(start, length), answer.ContentRange);
    }

    [Fact]
    public async Task GetOfAMissingObject_IsRefusedWithACode()
    {
        await using var test = await StartAsync();

        Assert.Equal((404, "NoSuchKey"), await test.RefusalAsync(() => test.GetAsync(new OssByteRange(0, 1))));
    }

    [Fact]
    public async Task BodyThatIsCut_IsNotWhole()
    {
        await using var test = await StartAsync();
        await test.AppendAsync(new string('x', 100_000));
        test.Oss.Faults.CutAnswer();

        Assert.NotEqual(100_000, await LengthReadAsync(test));
    }

    [Fact]
    public async Task EncodedObject_IsReadAsItIsStored()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("not really gzip", properties: new OssObjectProperties { ContentEncoding = "gzip" });

        using var answer = await test.GetAsync(new OssByteRange(0, 15));

        Assert.Equal("not really gzip", await ReadAsync(answer));
    }

    [Fact]
    public async Task Seal_SealsOrIsNotSupported()
    {
        await using var test = await StartAsync(options => options.SealEnabled = true);
        await test.AppendAsync("hello\n");
        if (!CanSeal)
        {
            Assert.IsType<NotSupportedException>(await test.FailureAsync(() => SealAsync(test, 6)));
            return;
        }

        Assert.Equal((409, "PositionNotEqualToLength"), await test.RefusalAsync(() => SealAsync(test, 5)));
        await SealAsync(test, 6);

        Assert.True(test.Oss.FindObject(Bucket, Key)!.IsSealed);
    }

    [Fact]
    public async Task SealThatTheAccountMayNot_IsRefused()
    {
        await using var test = await StartAsync();
        await test.AppendAsync("hello\n");
        if (CanSeal)
            Assert.Equal((400, "OperationNotSupported"), await test.RefusalAsync(() => SealAsync(test, 6)));
        else
            Assert.IsType<NotSupportedException>(await test.FailureAsync(() => SealAsync(test, 6)));
    }

    private static Task<SealObjectResult> SealAsync(ClientUnderTest test, long position) => test.Client.SealObjectAsync(Key, position, TestContext.Current.CancellationToken);

    private static async Task AssertAbsentAsync(ClientUnderTest test, bool mayBeNull, string? code)
    {
        HeadObjectResult? head;
        try
        {
            head = await test.HeadAsync();
        }
        catch (OssException e)
        {
            Assert.Equal(404, (int)e.StatusCode);
            Assert.True(e.Code is null || e.Code == code, $"The code is {e.Code}.");
            return;
        }

        Assert.True(mayBeNull && head is null);
    }

    // -1 if reading fails.
    private static async Task<long> LengthReadAsync(ClientUnderTest test)
    {
        try
        {
            using var answer = await test.GetAsync();
            var copy = new MemoryStream();
            await answer.Content.CopyToAsync(copy, TestContext.Current.CancellationToken);
            return copy.Length;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return -1;
        }
    }
}
