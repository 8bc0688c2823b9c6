using OssLogSinks.Core.Rolling;

namespace OssLogSinks.Core.Keys;

/// <summary>What other settings ask of the keys.</summary>
/// <param name="Interval">How often objects roll.</param>
/// <param name="Compression">How objects are compressed; null if the template stands for itself.</param>
internal readonly record struct KeyShape(OssRollingInterval Interval, OssCompression? Compression = null);
