using System.Buffers;
using OssLogSinks.Core.Client;
using OssLogSinks.Core.Client.Errors;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.Model;

/// <summary>
/// The truth, over the fake OSS: who appended what, also to objects that are gone, and the appends that are still under way in
/// the network.
/// </summary>
internal sealed class ModelBucket(bool tellsCrc)
{
    private readonly MemoryOss _oss = new() { TellsCrc = tellsCrc };
    private readonly Dictionary<string, int> _incarnations = [];
    private readonly List<Landing> _landings = [];
    private readonly List<SentAppend> _travelling = [];

    public bool TellsCrc => tellsCrc;

    public IReadOnlyList<Landing> Landings => _landings;

    /// <summary>Which object of this key the present one is: one more with every deletion.</summary>
    public int Incarnation(string key) => _incarnations.GetValueOrDefault(key);

    public bool Stands(Landing landing) => landing.Incarnation == Incarnation(landing.Key);

    public bool Exists(string key) => _oss.LengthOf(key) is not null;

    public bool Holds(string key, long position, byte[] bytes) => _oss.Holds(key, position, bytes);

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
        TryAppend(append, isAstray: append.IsSettled && append.Incarnation != Incarnation(append.Key));
    }

    public void LandAll()
    {
        while (_travelling.Count > 0)
            Land();
    }

    /// <summary>Another writer appends, if the object takes it.</summary>
    public void AppendAsForeignWriter(string key, byte[] bytes) =>
        TryAppend(new SentAppend(null, Process: 0, key, _oss.LengthOf(key) ?? 0, bytes), isAstray: false);

    public void Seal(string key)
    {
        if (_oss.LengthOf(key) is not null && _oss.Head(key).TakesAppends)
            _oss.Seal(key);
    }

    public void Convert(string key)
    {
        if (_oss.LengthOf(key) is not null)
            _oss.SetType(key, "Normal");
    }

    public void Lock(string key)
    {
        if (_oss.LengthOf(key) is not null)
            _oss.Lock(key);
    }

    /// <returns>Whether there was an object that could be deleted.</returns>
    public bool Delete(string key)
    {
        if (_oss.LengthOf(key) is null || _oss.IsLocked(key))
            return false;

        _oss.Delete(key);
        _incarnations[key] = Incarnation(key) + 1;
        return true;
    }

    /// <returns>Whether there was an object that could be replaced.</returns>
    public bool Overwrite(string key)
    {
        if (!Delete(key))
            return false;

        _oss.Put(key, "replaced", type: "Normal");
        return true;
    }

    /// <returns>Whether there was an object that could be deleted and made again.</returns>
    public bool MakeAgain(string key)
    {
        var length = _oss.LengthOf(key);
        if (!Delete(key))
            return false;

        AppendAsForeignWriter(key, [.. Enumerable.Repeat((byte)'?', (int)length!.Value)]);
        return true;
    }

    public HeadObjectResult Head(string key) => _oss.Head(key);

    public GetObjectResult Get(GetObjectRequest request) => _oss.Get(request);

    private void TryAppend(SentAppend append, bool isAstray)
    {
        try
        {
            Append(append, isAstray);
        }
        catch (OssException)
        {
            // Nobody hears the refusal.
        }
    }

    private AppendObjectResult Append(SentAppend append, bool isAstray)
    {
        var result = _oss.Apply(new AppendObjectRequest(append.Key, append.Position, new ReadOnlySequence<byte>(append.Body)));
        _landings.Add(new Landing(append, Incarnation(append.Key), isAstray));
        return result;
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
