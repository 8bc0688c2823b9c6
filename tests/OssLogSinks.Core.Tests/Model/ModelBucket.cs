using System.Net;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>
/// The truth: what stands in the bucket, who put it there, and what stood in objects that are gone. An append is applied
/// if, and only if, the object takes appends and has the length that it names.
/// </summary>
internal sealed class ModelBucket(bool tellsCrc)
{
    private readonly Dictionary<string, ModelObject> _objects = [];
    private readonly Dictionary<string, int> _incarnations = [];
    private readonly List<Landing> _landings = [];
    private readonly List<SentAppend> _travelling = [];

    public bool TellsCrc => tellsCrc;

    public IReadOnlyList<Landing> Landings => _landings;

    /// <summary>Which object of this key the present one is: one more with every deletion.</summary>
    public int Incarnation(string key) => _incarnations.GetValueOrDefault(key);

    public bool Stands(Landing landing) => landing.Incarnation == Incarnation(landing.Key);

    public bool Holds(string key, long position, byte[] bytes) =>
        _objects.TryGetValue(key, out var found) && found.Bytes.Count >= position + bytes.Length
        && found.Bytes.Skip((int)position).Take(bytes.Length).SequenceEqual(bytes);

    public AppendObjectResult Append(SentAppend append) => Append(append, isAstray: false);

    /// <summary>The network keeps the append for later.</summary>
    public void Keep(SentAppend append) => _travelling.Add(append);

    /// <summary>The network hands over an append that it kept; if its position is gone, nobody hears of it.</summary>
    public void Land(bool newest = false)
    {
        if (_travelling.Count == 0)
            return;

        var index = newest ? _travelling.Count - 1 : 0;
        var append = _travelling[index];
        _travelling.RemoveAt(index);
        try
        {
            Append(append, isAstray: append.IsSettled && append.Incarnation != Incarnation(append.Key));
        }
        catch (OssException)
        {
            // Too late.
        }
    }

    public void LandAll()
    {
        while (_travelling.Count > 0)
            Land();
    }

    /// <summary>Somebody else appends, if the object takes it.</summary>
    public void AppendAsForeignWriter(string key, byte[] bytes)
    {
        var found = _objects.GetValueOrDefault(key);
        if (found is null or { TakesAppends: true })
            Append(new SentAppend(null, Process: 0, key, found?.Bytes.Count ?? 0, bytes));
    }

    public void Seal(string key)
    {
        if (_objects.TryGetValue(key, out var found) && found.IsAppendable)
            found.IsSealed = true;
    }

    public void Convert(string key)
    {
        if (_objects.TryGetValue(key, out var found))
            found.IsAppendable = false;
    }

    public void Lock(string key)
    {
        if (_objects.TryGetValue(key, out var found))
            found.IsLocked = true;
    }

    /// <returns>Whether there was an object that could be deleted.</returns>
    public bool Delete(string key)
    {
        if (!_objects.TryGetValue(key, out var found) || found.IsLocked)
            return false;

        _objects.Remove(key);
        _incarnations[key] = Incarnation(key) + 1;
        return true;
    }

    /// <returns>Whether there was an object that could be replaced.</returns>
    public bool Overwrite(string key)
    {
        if (!Delete(key))
            return false;

        _objects[key] = new ModelObject { IsAppendable = false };
        _objects[key].Bytes.AddRange("replaced"u8);
        return true;
    }

    /// <returns>Whether there was an object that could be deleted and made again.</returns>
    public bool MakeAgain(string key)
    {
        var length = _objects.GetValueOrDefault(key)?.Bytes.Count;
        if (!Delete(key))
            return false;

        AppendAsForeignWriter(key, [.. Enumerable.Repeat((byte)'?', length!.Value)]);
        return true;
    }

    public HeadObjectResult Head(string key)
    {
        if (!_objects.TryGetValue(key, out var found))
            throw MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey");

        return new HeadObjectResult(found.Bytes.Count, Crc(found), found.IsAppendable ? "Appendable" : "Normal") { IsSealed = found.IsSealed };
    }

    public GetObjectResult Get(GetObjectRequest request)
    {
        if (!_objects.TryGetValue(request.Key, out var found))
            throw MemoryOss.Refusal(HttpStatusCode.NotFound, "NoSuchKey");
        var range = request.Range!.Value;
        if (range.Start + range.Length > found.Bytes.Count)
            throw MemoryOss.Refusal(HttpStatusCode.RequestedRangeNotSatisfiable, "InvalidRange");

        return new GetObjectResult(new MemoryStream([.. found.Bytes], (int)range.Start, (int)range.Length), range);
    }

    private AppendObjectResult Append(SentAppend append, bool isAstray)
    {
        var found = _objects.GetValueOrDefault(append.Key);
        if (found is { IsAppendable: false })
            throw MemoryOss.Refusal(HttpStatusCode.Conflict, "ObjectNotAppendable");
        if (found is { IsSealed: true })
            throw MemoryOss.Refusal(HttpStatusCode.Conflict, "AppendSealedObjectNotAllowed");
        if (found is { IsLocked: true })
            throw MemoryOss.Refusal(HttpStatusCode.Conflict, "FileImmutable");
        if (append.Position != (found?.Bytes.Count ?? 0))
            throw MemoryOss.Refusal(HttpStatusCode.Conflict, "PositionNotEqualToLength");

        found ??= _objects[append.Key] = new ModelObject();
        found.Bytes.AddRange(append.Body);
        _landings.Add(new Landing(append, Incarnation(append.Key), isAstray));
        return new AppendObjectResult(found.Bytes.Count, Crc(found), null, null);
    }

    private ulong? Crc(ModelObject found) => tellsCrc ? Crc64.Append(0, found.Bytes.ToArray()) : null;

    private sealed class ModelObject
    {
        public List<byte> Bytes { get; } = [];

        public bool IsAppendable { get; set; } = true;

        public bool IsSealed { get; set; }

        public bool IsLocked { get; set; }

        public bool TakesAppends => IsAppendable && !IsSealed && !IsLocked;
    }
}

/// <summary>An append as it went out.</summary>
/// <param name="Writer">Whose; null for a foreign writer's.</param>
/// <param name="Process">Which of the writer's processes, one after the other, sent it.</param>
/// <param name="Key">The object.</param>
/// <param name="Position">The position that it names.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record SentAppend(int? Writer, int Process, string Key, long Position, byte[] Body)
{
    /// <summary>What objects of writers with a header begin with, up to the line's end.</summary>
    public static ReadOnlySpan<byte> Header => "#columns"u8;

    /// <summary>Which object of this key the service told the position of.</summary>
    public int Incarnation { get; init; }

    /// <summary>Whether its writer has come to a conclusion about it, as far as there is one.</summary>
    public bool IsSettled { get; set; }

    /// <summary>What a reader of the object finds there; a foreign writer compresses nothing.</summary>
    public byte[] Text => Writer is null ? Body : Gunzip.Text(Key, Body);

    /// <summary>Whether it begins with what objects begin with.</summary>
    public bool HasHeader => Writer is not null && Text.AsSpan().StartsWith(Header);

    /// <summary>The records in it.</summary>
    public byte[] Records => HasHeader ? Text[HeaderLength..] : Text;

    private int HeaderLength => Text.AsSpan().IndexOf((byte)'\n') + 1;

    public bool IsSameAs(SentAppend other) => Key == other.Key && Position == other.Position && Body.AsSpan().SequenceEqual(other.Body);
}

/// <summary>An append that was applied.</summary>
/// <param name="Append">The append.</param>
/// <param name="Incarnation">The object of this key that it stands in.</param>
/// <param name="IsAstray">
/// Whether it came so late that its writer was done with it, and its object deleted and one made again under its key that
/// has just this length: no writer can help that.
/// </param>
internal sealed record Landing(SentAppend Append, int Incarnation, bool IsAstray)
{
    public string Key => Append.Key;
}
