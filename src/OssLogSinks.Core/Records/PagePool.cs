namespace OssLogSinks.Core.Records;

/// <summary>
/// Memory of batches: pages of 2 KiB, cut from slabs of 128 KiB. All pages are alike, so what one stream gives back serves every other. The
/// garbage collector does not move a slab, which is a large object. Not thread-safe.
/// </summary>
internal sealed class PagePool
{
    // Slabs with free pages, and some that had one when they were added. The latest, whose memory is warm, is used first.
    private readonly Stack<Slab> _open = new();

    /// <summary>Bytes of all free pages.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>A page with any content; the one that follows <paramref name="last"/> in memory if it is free.</summary>
    public Page Rent(Page last)
    {
        var slab = last.Slab is { HasFreePages: true } same ? same : FindOpen();
        FreeBytes -= Page.Size;
        return slab.Take(slab == last.Slab ? last.Index + 1 : 0, step: 1);
    }

    /// <summary>A page with any content from the other end of a slab, so that it does not part pages that follow each other.</summary>
    public Page RentApart()
    {
        var slab = FindOpen();
        FreeBytes -= Page.Size;
        return slab.Take(Slab.Pages - 1, step: -1);
    }

    public void Return(Page page)
    {
        var slab = page.Slab!;
        FreeBytes += Page.Size;
        slab.Return(page.Index);
        if (slab.IsListed)
            return;

        slab.IsListed = true;
        _open.Push(slab);
    }

    /// <summary>Lets go of slabs, until at most so many bytes are free. A slab with a page in use stays.</summary>
    public void TrimTo(long bytes)
    {
        if (FreeBytes <= bytes)
            return;

        var slabs = _open.ToArray();
        Array.Reverse(slabs);
        _open.Clear();
        foreach (var slab in slabs)
        {
            if (slab.IsFree && FreeBytes > bytes)
                FreeBytes -= Slab.Size;
            else
                _open.Push(slab);
        }
    }

    private Slab FindOpen()
    {
        while (_open.Count > 0)
        {
            if (_open.Peek() is { HasFreePages: true } open)
                return open;

            _open.Pop().IsListed = false;
        }

        var slab = new Slab(Slab.Pages) { IsListed = true };
        _open.Push(slab);
        FreeBytes += Slab.Size;
        return slab;
    }
}

/// <summary>A piece of a slab; default for none.</summary>
internal readonly struct Page(Slab slab, int index)
{
    public const int Size = 2 << 10;

    // A second reference to the slab's array saves an access to the slab: with many streams, the slab is rarely in the processor's cache.
    private readonly byte[] _bytes = slab.Bytes;

    public Slab? Slab { get; } = slab;

    public int Index { get; } = index;

    public Span<byte> Span => _bytes.AsSpan(Index * Size, Size);

    /// <summary>This page and those that follow it in memory.</summary>
    public ReadOnlyMemory<byte> Memory(int pages) => _bytes.AsMemory(Index * Size, pages * Size);

    /// <summary>A page of no pool.</summary>
    public static Page Make() => new Slab(pages: 1).Take(0, step: 1);

    /// <summary>Whether this page follows another in memory.</summary>
    public bool Follows(Page other) => Slab == other.Slab && Index == other.Index + 1;
}

/// <summary>Some pages in one array.</summary>
internal sealed class Slab
{
    public const int Pages = 64;
    public const int Size = Pages * Page.Size;

    // A bit for each free page.
    private readonly ulong _all;
    private ulong _free;

    public Slab(int pages)
    {
        Bytes = new byte[pages * Page.Size];
        _all = _free = ulong.MaxValue >> (Pages - pages);
    }

    public byte[] Bytes { get; }

    public bool HasFreePages => _free != 0;

    public bool IsFree => _free == _all;

    /// <summary>Whether the pool's list has it.</summary>
    public bool IsListed { get; set; }

    /// <summary>Takes the next free page from this index on, upwards (1) or downwards (-1), and round the end.</summary>
    public Page Take(int index, int step)
    {
        while ((_free >> (index & (Pages - 1)) & 1) == 0)
            index += step;

        index &= Pages - 1;
        _free &= ~(1UL << index);
        return new Page(this, index);
    }

    public void Return(int index) => _free |= 1UL << index;
}
