namespace OssLogSinks.Emulator.Protocol;

/// <summary>The query parameters, decoded and as received, in the order of the request.</summary>
internal sealed class QueryParameters
{
    private readonly List<QueryParameter> _all = [];

    public static QueryParameters Empty { get; } = new();

    public IReadOnlyList<QueryParameter> All => _all;

    /// <summary>The decoded value; empty if the parameter has no value; null if it is absent.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var parameter in _all)
            {
                if (parameter.Name == name)
                    return parameter.Value;
            }

            return null;
        }
    }

    public bool Has(string name) => this[name] is not null;

    public static QueryParameters? TryParse(ReadOnlySpan<char> query)
    {
        var parameters = new QueryParameters();
        foreach (var range in query.Split('&'))
        {
            var item = query[range];
            if (item.IsEmpty)
                continue;

            var equals = item.IndexOf('=');
            var rawName = equals < 0 ? item : item[..equals];
            var rawValue = equals < 0 ? [] : item[(equals + 1)..];
            var name = PercentEncoding.TryDecode(rawName, plusIsSpace: true);
            var value = PercentEncoding.TryDecode(rawValue, plusIsSpace: true);
            if (name is null || value is null)
                return null;

            parameters._all.Add(new QueryParameter(name, value, rawName.ToString(), rawValue.ToString()));
        }

        return parameters;
    }
}

/// <summary>One query parameter, decoded and as received; a missing value is empty.</summary>
internal readonly record struct QueryParameter(string Name, string Value, string RawName, string RawValue);
