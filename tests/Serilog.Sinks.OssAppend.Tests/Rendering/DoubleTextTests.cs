using System.Globalization;
using System.Text;
using CsCheck;
using OssLogSinks.Intake.Rendering;

namespace Serilog.Sinks.OssAppend.Tests.Rendering;

public class DoubleTextTests
{
    private static readonly Gen<int> Decimals = Gen.Int[0, 9];

    private static readonly Gen<double> Number = Gen.OneOf(
        Gen.Double,
        Gen.Double[0, 1000],
        Gen.Double[0, 2e9],
        Gen.Double[0, 1e-3],
        Gen.Select(Gen.Long[0, 2_000_000_000_000], Decimals).Select((digits, decimals) => digits / Math.Pow(10, decimals)),
        Gen.Select(Gen.Int[0, 2_000_000], Decimals, Gen.Int[-3, 3]).Select(NearTheMiddle));

    private static readonly Gen<string?> Format = Gen.OneOf(
        Decimals.Select(decimals => (string?)("0." + new string('0', decimals))),
        EventGen.One<string?>(null, "R", "0", "0.0#", "00.00", "0,00", "F2", "", ".00"));

    [Fact]
    public void WhatIsWritten_IsWhatThePlatformWrites() =>
        Gen.Select(Number, Format, EventGen.One("", "en-US", "de-DE", "ar-SA")).Sample(
            (number, format, culture) =>
            {
                var provider = new CultureInfo(culture);
                if (Written(number, format, provider) is { } text)
                    Assert.Equal(number.ToString(format, provider), text);
            },
            iter: 50 * CsCheck.Check.Iter);

    [Fact]
    public void EverydayNumbers_AreWritten() =>
        Gen.Long[1, 9_999_999_999_999].Sample(digits =>
        {
            var number = digits / 1e5;
            Assert.NotNull(Written(number, null, CultureInfo.InvariantCulture));
            Assert.NotNull(Written(number, "R", CultureInfo.InvariantCulture));

            // Five decimals more than are shown: never too near to the middle, unless in it.
            if (number < 1e4 && digits % 10 != 5)
                Assert.NotNull(Written(number, "0.0000", CultureInfo.InvariantCulture));
        });

    private static double NearTheMiddle(int digits, int decimals, int steps)
    {
        var middle = (digits + 0.5) / Math.Pow(10, decimals);
        return BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(middle) + steps);
    }

    private static string? Written(double number, string? format, IFormatProvider provider)
    {
        Span<byte> target = stackalloc byte[DoubleText.MostBytes];
        return DoubleText.TryFormat(number, target, format, provider, out var length) ? Encoding.UTF8.GetString(target[..length]) : null;
    }
}
