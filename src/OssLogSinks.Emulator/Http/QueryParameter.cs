namespace OssLogSinks.Emulator.Http;

/// <summary>One query parameter, decoded and as received; an absent value is an empty one.</summary>
internal readonly record struct QueryParameter(string Name, string Value, string RawName, string RawValue);
