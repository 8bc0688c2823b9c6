using System.Globalization;
using System.IO.Compression;
using System.Text;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Tests.Wire;

namespace OssLogSinks.Emulator.Tests.Faults;

/// <summary>Answers that say other than what was done, and bodies that are not what their head says.</summary>
public class UntruthfulAnswerTests : EmulatorTest
{
    private const string Key = "app.log";

    [Theory]
    [InlineData(FaultMoment.BeforeCommit, 0)]
    [InlineData(FaultMoment.AfterCommit, 3)]
    public async Task GatewayPage_HasNothingOfOss(FaultMoment moment, long length)
    {
        Emulator.Faults.GatewayPage(403, moment);

        var reply = await Client.AppendAsync(Key, 0, "abc");

        Assert.Equal((403, "text/html"), (reply.Status, reply["Content-Type"]));
        Assert.DoesNotContain(reply.Headers.Keys, name => name.StartsWith("x-oss-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(length, Emulator.FindObject("logs", Key)?.Length ?? 0);
    }

    [Fact]
    public async Task DeliveredTwice_IsWrittenOnce_AndTheSecondAnswerComes()
    {
        Emulator.Faults.DeliverTwice();

        (await Client.AppendAsync(Key, 0, "abc")).Is(409, "PositionNotEqualToLength");

        Assert.Equal("abc", Text(Key));
    }

    [Theory]
    [InlineData(ObjectChange.Seal, "AppendSealedObjectNotAllowed")]
    [InlineData(ObjectChange.Convert, "ObjectNotAppendable")]
    [InlineData(ObjectChange.Lock, "FileImmutable")]
    public async Task ChangeAfterTheCommit_KeepsTheBytes_AndTakesNoMore(ObjectChange change, string code)
    {
        Emulator.Faults.ChangeAfterCommit(change);

        (await Client.AppendAsync(Key, 0, "abc")).Is(200);

        (await Client.AppendAsync(Key, 3, "def")).Is(409, code);
        Assert.Equal("abc", Text(Key));
    }

    [Fact]
    public async Task CutAnswer_BreaksOffHalfWay()
    {
        (await Client.AppendAsync(Key, 0, "abcdef")).Is(200);
        Emulator.Faults.CutAnswer();

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.SendAsync("GET", Key));

        Assert.Equal("abcdef", (await Client.SendAsync("GET", Key)).Text);
    }

    [Fact]
    public async Task EndlessAnswer_GoesOnBehindItsEnd()
    {
        (await Client.AppendAsync(Key, 0, "abcdef")).Is(200);
        Emulator.Faults.EndlessAnswer();
        using var http = new HttpClient();
        var request = new TestRequest("GET", "logs", Key);
        Client.Signer.SignV4(request, Client.Now);
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(Emulator.Endpoint, request.Encoded));
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);

        using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var begin = new byte[1 << 20];
        await body.ReadExactlyAsync(begin, TestContext.Current.CancellationToken);

        Assert.Equal("abcdef", Encoding.ASCII.GetString(begin, 0, 6));
        Assert.Null(answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task GzipAnswer_IsCompressedOnItsWay()
    {
        (await Client.AppendAsync(Key, 0, "abcdef")).Is(200);
        Emulator.Faults.GzipAnswer();

        var reply = await Client.SendAsync("GET", Key);

        Assert.Equal("gzip", reply["Content-Encoding"]);
        using var gzip = new GZipStream(new MemoryStream(reply.Body), CompressionMode.Decompress);
        using var text = new StreamReader(gzip);
        Assert.Equal("abcdef", await text.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task LieAboutTime_TellsTheTimesOfTheScript()
    {
        var (serverTime, date) = (new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero), DateTimeOffset.UnixEpoch);
        Emulator.Faults.LieAboutTime(serverTime, date);

        var reply = await Client.AppendAsync(Key, 0, "abc");

        reply.Is(403, "RequestTimeTooSkewed");
        Assert.Equal("9999-12-31T23:59:59.000Z", reply.Error("ServerTime"));
        Assert.Equal(date.ToString("r", CultureInfo.InvariantCulture), reply["Date"]);
        Assert.Null(Emulator.FindObject("logs", Key));
    }
}
