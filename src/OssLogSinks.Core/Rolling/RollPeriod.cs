namespace OssLogSinks.Core.Rolling;

/// <summary>
/// A stretch of time within which every key comes out the same: the rolling interval's period, or, without an interval,
/// the finest unit that the key's date formats show.
/// </summary>
/// <param name="Start">Its start as the keys show it.</param>
internal readonly record struct RollPeriod(DateTimeOffset Start);
