#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;
#endif

namespace OssLogSinks.Battery.Parts;

/// <summary>What the runtime lets programs use of the processor.</summary>
internal static class Processor
{
    /// <summary>The instructions that the checksums use, or <c>none</c>.</summary>
#if NET8_0_OR_GREATER
    public static string Instructions => string.Join("+", new[]
    {
        Pclmulqdq.IsSupported ? "pclmulqdq" : "",
        Sse42.IsSupported ? "sse4.2" : "",
        Arm.Aes.IsSupported ? "aes" : "",
        Arm.Crc32.IsSupported ? "crc32" : "",
    }.Where(name => name.Length > 0).DefaultIfEmpty("none"));
#else
    public static string Instructions => "none";
#endif
}
