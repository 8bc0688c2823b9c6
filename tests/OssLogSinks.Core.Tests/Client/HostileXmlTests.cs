using System.Net;
using System.Text;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;

namespace OssLogSinks.Core.Tests.Client;

/// <summary>Documents that are made to break whoever reads them. Read on a thread with a small stack, where a recursion ends the process.</summary>
public class HostileXmlTests
{
    private const int SmallStack = 256 * 1024;
    private const int Levels = 100_000;

    public static TheoryData<string> ErrorBodies =>
    [
        $"<Error><Code>{Nested("a")}</Code></Error>",
        $"<Error>{Nested("Detail")}<Code>NoSuchKey</Code></Error>",
        $"<Error><Code>{string.Concat(Enumerable.Repeat("<a>", Levels))}",
        $"<Error {string.Concat(Enumerable.Range(0, 5000).Select(i => $"a{i}='' "))}><Code>X</Code></Error>",
        "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><Error><Code>&b;</Code></Error>",
        $"<{new string('E', 60_000)}/>",
    ];

    public static TheoryData<string> ListBodies =>
    [
        $"<ListBucketResult><Contents><Key>{Nested("a")}</Key><Size>1</Size></Contents></ListBucketResult>",
        $"<ListBucketResult>{Nested("Contents")}</ListBucketResult>",
        $"<ListBucketResult><EncodingType>{Nested("a")}</EncodingType></ListBucketResult>",
        $"<ListBucketResult {string.Concat(Enumerable.Range(0, 5000).Select(i => $"a{i}='' "))}/>",
        "<ListBucketResult><Contents><Key>a</Key><Size>9223372036854775807</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key></Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<?xml version=\"1.0\" encoding=\"utf-7\"?><ListBucketResult/>",
    ];

    [Theory]
    [MemberData(nameof(ErrorBodies))]
    public void ErrorDocument_IsNone(string body) => Assert.Null(OnASmallStack(() => ErrorDocument.TryRead(Bytes(body))?.ValueOf("Code")));

    [Theory]
    [MemberData(nameof(ListBodies))]
    public void Listing_IsNone(string body) => Assert.Null(OnASmallStack(() => ListObjectsDocument.TryRead(Bytes(body))));

    [Fact]
    public async Task DeepListing_IsNoAnswer()
    {
        using var wire = new FakeWire().Answer(HttpStatusCode.OK, ListBodies.First().Data);
        using var client = wire.NewClient();

        var error = await Assert.ThrowsAsync<OssException>(() => client.ListObjectsAsync(new ListObjectsRequest(), TestContext.Current.CancellationToken));

        Assert.Equal(0, (int)error.StatusCode);
    }

    [Fact]
    public void DocumentsOfTheServicesDepth_AreRead()
    {
        const string Page = "<ListBucketResult><Contents><Key>a</Key><Size>3</Size><Owner><ID>1</ID></Owner></Contents></ListBucketResult>";
        const string Error = "<Error><Code>RequestTimeTooSkewed</Code><Detail><ServerTime>2026-03-05T06:00:00.000Z</ServerTime></Detail></Error>";

        Assert.Equal(3, Assert.Single(ListObjectsDocument.TryRead(Bytes(Page))!.Objects).Length);
        Assert.Equal(new DateTimeOffset(2026, 3, 5, 6, 0, 0, TimeSpan.Zero), ErrorDocument.TryRead(Bytes(Error))!.ServerTime);
    }

    private static string Nested(string name) =>
        string.Concat(Enumerable.Repeat($"<{name}>", Levels)) + "x" + string.Concat(Enumerable.Repeat($"</{name}>", Levels));

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static T? OnASmallStack<T>(Func<T?> read)
    {
        T? result = default;
        Exception? error = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = read();
                }
                catch (Exception e)
                {
                    error = e;
                }
            },
            SmallStack);
        thread.Start();
        thread.Join();
        return error is null ? result : throw error;
    }
}
