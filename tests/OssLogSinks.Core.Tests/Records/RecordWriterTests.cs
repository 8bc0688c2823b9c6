using System.Text;
using CsCheck;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.Records;

public class RecordWriterTests
{
    private const string Awkward = "aä汉\uD83D\uDE00\uD800\uDFFF";

    [Fact]
    public void AnyTextInAnyPieces_ComesOutAsItsUtf8()
    {
        var texts = Gen.OneOf(Gen.String, Gen.Int[0, Awkward.Length - 1].Select(i => Awkward[i]).Array[0, 12].Select(c => new string(c)));
        Gen.Select(texts, Gen.Int[1, 5], Gen.Int[0, 3], Gen.Bool).Sample((text, piece, how, isClosed) =>
        {
            using var writer = new RecordWriter();
            writer.Reset();
            for (var i = 0; i < text.Length; i += piece)
                Write(writer, text.Substring(i, Math.Min(piece, text.Length - i)), how);
            if (isClosed)
                writer.Write('.');

            Assert.Equal(Encoding.UTF8.GetBytes(text + (isClosed ? "." : "")), writer.Written.ToArray());
        });
    }

    [Fact]
    public void Reset_BeginsAgain_AndNewLineIsOneByte()
    {
        using var writer = new RecordWriter();
        writer.Write("first");
        writer.Reset();

        writer.WriteLine("zweite Zeile \U0001F600");

        Assert.Equal("zweite Zeile \U0001F600\n", Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Fact]
    public void GiantRecord_IsWrittenWhole()
    {
        using var writer = new RecordWriter();
        var giant = new string('ä', 1_000_000);

        writer.Write(giant);
        Assert.Equal(2_000_000, writer.Written.Length);
        writer.Reset();
        writer.Write("small");

        Assert.Equal("small", Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void StrayHalfInFrontOfAPair_SpoilsOnlyItself(int how)
    {
        using var writer = new RecordWriter();

        foreach (var c in "\uD83D\uD83D\uDE00.")
            Write(writer, c.ToString(), how);

        Assert.Equal("\uFFFD\U0001F600.", Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BytesAfterHalfOfAPair_LeaveItAlone(bool atOnce)
    {
        using var writer = new RecordWriter();
        writer.Write("\uD83D");
        if (atOnce)
        {
            writer.WriteUtf8([]);
            writer.WriteUtf8(".\u00e9"u8);
        }
        else
        {
            ".\u00e9"u8.CopyTo(writer.GetSpan(3));
            writer.Advance(3);
        }

        writer.Write("\uDE00");

        Assert.Equal("\uFFFD.\u00e9\uFFFD", Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Fact]
    public void EmptyBytesWithinAPair_DoNotPartIt()
    {
        using var writer = new RecordWriter();
        writer.Write('\uD83D');
        writer.WriteUtf8([]);
        writer.Write('\uDE00');

        Assert.Equal("\U0001F600", Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Fact]
    public void LongBytes_AreWrittenWhole()
    {
        var bytes = Encoding.UTF8.GetBytes(new string('ä', 1_000_000));
        using var writer = new RecordWriter();
        writer.Write("a");
        writer.WriteUtf8(bytes);

        Assert.Equal([(byte)'a', .. bytes], writer.Written.ToArray());
    }

    private static void Write(RecordWriter writer, string text, int how)
    {
        switch (how)
        {
            case 0:
                writer.Write(text);
                break;
            case 1:
                writer.Write(text.AsSpan());
                break;
            case 2:
                writer.Write(text.ToCharArray(), 0, text.Length);
                break;
            default:
                foreach (var c in text)
                    writer.Write(c);
                break;
        }
    }

    [Theory]
    [InlineData(0, "😀")]
    [InlineData(2, "\uFFFD..\uFFFD")]
    public void HalfAPair_IsJoinedAcrossNoBytes_AndReplacedBeforeSome(int bytes, string expected)
    {
        using var writer = new RecordWriter();
        writer.Write('\uD83D');
        writer.GetSpan(4096)[..bytes].Fill((byte)'.');
        writer.Advance(bytes);
        writer.Write('\uDE00');

        Assert.Equal(expected, Encoding.UTF8.GetString(writer.Written.Span));
    }
}
