using CsCheck;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Encodings;
using OssLogSinks.Core.Keys;

namespace OssLogSinks.Core.Tests.Client.Encodings;

public class PercentEncodingTests
{
    private static readonly Gen<string> WellFormed = Gen.OneOf(
        Gen.Char[' ', '~'].Select(c => c.ToString()),
        Gen.Char['\0', '\u001F'].Select(c => c.ToString()),
        Gen.Int[0xA0, 0xD7FF].Select(char.ConvertFromUtf32),
        Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32)).Array[0, 30].Select(string.Concat);

    [Fact]
    public void QueryPart_EncodesExactlyWhatIsNotUnreserved() =>
        WellFormed.Sample(text => PercentEncoding.QueryPart(text) == Uri.EscapeDataString(text));

    [Fact]
    public void Path_KeepsSlashesAndDecodesToItself() =>
        WellFormed.Sample(text =>
        {
            var encoded = PercentEncoding.Path(text);
            return Uri.UnescapeDataString(encoded) == text
                && encoded == string.Join('/', text.Split('/').Select(Uri.EscapeDataString));
        });

    [Fact]
    public void AnyKey_IsSentAsItIsEncoded() =>
        WellFormed.Where(key => ObjectKeyRules.FaultOf(key) is null).Sample(key =>
        {
            OssEndpoint.TryCreate(new OssEndpointSettings("http://127.0.0.1:80", "bucket", "cn-hangzhou"), [], out var endpoint);
            return endpoint!.UriOf(key, "append&position=0").PathAndQuery == "/bucket/" + PercentEncoding.Path(key) + "?append&position=0";
        });
}
