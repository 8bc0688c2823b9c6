namespace OssLogSinks.Emulator.Operations;

/// <summary>What to list: the keys under a prefix, behind a given one, folded at a delimiter.</summary>
internal sealed record ListQuery(string Prefix, string Delimiter, string After, int MaxKeys);
