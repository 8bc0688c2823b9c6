#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;
#endif

namespace OssLogSinks.Core.Client;

/// <content>
/// Long runs of bytes by carry-less multiplication, where the platform and the processor have it: sixteen bytes are moved
/// past those that follow by multiplying them with the power of x that lies in between, modulo the CRC's polynomial.
/// </content>
public static partial class Crc64
{
#if NET8_0_OR_GREATER
    private const int Lanes = 4;
    private const int LaneBits = 128;

    // The carry-less product of two reflected words is that of their polynomials times x: hence one power less.
    private static readonly Vector128<ulong> PastOneLane = Vector128.Create(PowerOfX(LaneBits + 63), PowerOfX(LaneBits - 1));
    private static readonly Vector128<ulong> PastAllLanes = Vector128.Create(PowerOfX((Lanes * LaneBits) + 63), PowerOfX((Lanes * LaneBits) - 1));

    // Takes as many bytes as it can and says how many; the register is then the one behind them.
    private static int FoldByMultiplying(ref ulong register, ReadOnlySpan<byte> bytes)
    {
        if (!BitConverter.IsLittleEndian || !(Pclmulqdq.IsSupported || Arm.Aes.IsSupported))
            return 0;

        var words = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (a, b, c, d) = (words[0] ^ Vector128.CreateScalar(register), words[1], words[2], words[3]);
        var at = Lanes;
        for (; at + Lanes <= words.Length; at += Lanes)
        {
            a = Move(a, PastAllLanes) ^ words[at];
            b = Move(b, PastAllLanes) ^ words[at + 1];
            c = Move(c, PastAllLanes) ^ words[at + 2];
            d = Move(d, PastAllLanes) ^ words[at + 3];
        }

        var last = Move(Move(Move(a, PastOneLane) ^ b, PastOneLane) ^ c, PastOneLane) ^ d;

        // What is left are sixteen bytes with the same remainder as all those before, behind an empty register.
        register = Fold(Table, last[0], 15) ^ Fold(Table, last[1], 7);
        return at * Vector128<byte>.Count;
    }

    private static Vector128<ulong> Move(Vector128<ulong> lane, Vector128<ulong> powers) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(lane, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, powers, 0x11)
        : Arm.Aes.PolynomialMultiplyWideningLower(lane.GetLower(), powers.GetLower()) ^ Arm.Aes.PolynomialMultiplyWideningUpper(lane, powers);

    private static ulong PowerOfX(int exponent)
    {
        var power = 0x8000_0000_0000_0000;
        for (; exponent > 0; exponent--)
            power = ShiftOneBit(power);

        return power;
    }
#else
    private static int FoldByMultiplying(ref ulong register, ReadOnlySpan<byte> bytes) => 0;
#endif
}
