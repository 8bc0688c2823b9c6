using OssLogSinks.Core.Client;
using OssLogSinks.Core.Tests.Model;

namespace OssLogSinks.Core.Tests.DiskBuffer.Crashes;

/// <summary>The bucket of a scenario and the network before it, for several processes at once; appends of dead ones may still travel.</summary>
internal sealed class LateBucket
{
    private readonly object _gate = new();
    private readonly ModelBucket _bucket = new(tellsCrc: true);
    private readonly ModelService _service;

    public LateBucket() => _service = new ModelService(_bucket, isOwn: true);

    public IReadOnlyList<Landing> Landings
    {
        get
        {
            lock (_gate)
                return [.. _bucket.Landings];
        }
    }

    /// <summary>Whatever travels arrives.</summary>
    public void LandAll()
    {
        lock (_gate)
            _bucket.LandAll();
    }

    public void AppendAsForeignWriter(string key)
    {
        lock (_gate)
            _bucket.AppendAsForeignWriter(key, "#\n"u8.ToArray());
    }

    public AppendObjectResult Append(SentAppend append, What what)
    {
        lock (_gate)
        {
            Happen(append.Key, append.Body, ref what);
            return _service.Append(append, what);
        }
    }

    public object Ask(string key, object request, What what)
    {
        lock (_gate)
        {
            Happen(key, [], ref what);
            return _service.Ask(request, what);
        }
    }

    // What happens to the object, and not to the request, happens just before.
    // Other writers create no object that is only looked for: the search looks ahead, and they use numbers one after the other.
    private void Happen(string key, byte[] body, ref What what)
    {
        switch (what)
        {
            case What.ForeignWriterShorter or What.ForeignWriterLonger when body.Length == 0 && !_bucket.Exists(key):
                break;
            case What.Lands or What.LandsNewest:
                _bucket.Land(what == What.LandsNewest);
                break;
            case What.IsSealed:
                _bucket.Seal(key);
                break;
            case What.IsConverted:
                _bucket.Convert(key);
                break;
            case What.ForeignWriterSameLength when body.Length > 0:
                _bucket.AppendAsForeignWriter(key, [.. Enumerable.Repeat((byte)'#', body.Length - 1), (byte)'\n']);
                break;
            case What.ForeignWriterShorter:
                _bucket.AppendAsForeignWriter(key, "#\n"u8.ToArray());
                break;
            case What.ForeignWriterLonger:
                _bucket.AppendAsForeignWriter(key, [.. Enumerable.Repeat((byte)'#', body.Length + 5), (byte)'\n']);
                break;
            default:
                return;
        }

        what = What.Goes;
    }
}
