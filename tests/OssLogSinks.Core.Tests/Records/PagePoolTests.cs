using CsCheck;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.Tests.Records;

public class PagePoolTests
{
    private readonly PagePool _pool = new();

    [Fact]
    public void AnyUse_GivesEachPageToOneOwner_AndUsesFreeOnesFirst()
    {
        Gen.Int[0, 9].Array[1, 3000].Sample(steps =>
        {
            var pool = new PagePool();
            var rented = new List<(Page Page, byte Mark)>();
            var (mark, most) = ((byte)0, 0);
            foreach (var step in steps)
            {
                if (step < 6 || rented.Count == 0)
                {
                    var page = step == 0 ? pool.RentApart() : pool.Rent(rented.Count == 0 ? default : rented[step * rented.Count / 10].Page);
                    page.Span.Fill(++mark);
                    rented.Add((page, mark));
                    most = Math.Max(most, rented.Count);
                }
                else
                {
                    var (page, expected) = rented[^(step - 5 > rented.Count ? 1 : step - 5)];
                    Assert.Equal(-1, page.Span.IndexOfAnyExcept(expected));
                    pool.Return(page);
                    rented.RemoveAll(r => r.Page.Slab == page.Slab && r.Page.Index == page.Index);
                }

                var slabs = (pool.FreeBytes + (rented.Count * Page.Size)) / (double)Slab.Size;
                Assert.Equal((most + Slab.Pages - 1) / Slab.Pages, slabs);
            }

            Assert.All(rented, r => Assert.Equal(-1, r.Page.Span.IndexOfAnyExcept(r.Mark)));
        });
    }

    [Fact]
    public void NextPage_FollowsTheLastOne_WhileItIsFree()
    {
        var first = _pool.Rent(default);
        var second = _pool.Rent(first);
        _ = _pool.RentApart();
        var other = _pool.Rent(second);
        var third = _pool.Rent(second);
        Assert.True(second.Follows(first));
        Assert.True(other.Follows(second));
        Assert.False(third.Follows(second));

        _pool.Return(other);

        Assert.True(_pool.Rent(second).Follows(second));
    }

    [Fact]
    public void Trim_LetsFreeSlabsGo_AndKeepsThoseInUse()
    {
        var pages = new List<Page>();
        for (var i = 0; i < 3 * Slab.Pages; i++)
            pages.Add(_pool.Rent(default));

        foreach (var page in pages.Where(page => page.Slab != pages[0].Slab || page.Index > 0))
            _pool.Return(page);

        _pool.TrimTo(2 * Slab.Size);
        Assert.Equal((2 * Slab.Size) - Page.Size, _pool.FreeBytes);
        _pool.TrimTo(0);
        Assert.Equal(Slab.Size - Page.Size, _pool.FreeBytes);
        _pool.Return(pages[0]);
        _pool.TrimTo(0);
        Assert.Equal(0, _pool.FreeBytes);
    }

    [Fact]
    public void BatchThatIsReleased_GivesItsMemoryBack()
    {
        var batch = new AppendBatch(0, source: null, _pool);
        for (var i = 0; i < 1000; i++)
            batch.Add(new byte[1000], state: null, id: 0);

        var free = _pool.FreeBytes;
        var held = batch.HeldBytes;
        batch.Release();

        Assert.InRange(held, 1_000_000, 1_010_000);
        Assert.Equal(free + held, _pool.FreeBytes);
    }

    [Fact]
    public void AbandonedBatch_ReturnsNothingToThePool()
    {
        var batch = new AppendBatch(0, source: null, _pool);
        batch.Add("a"u8, state: null, id: 0);
        var free = _pool.FreeBytes;

        batch.Abandon();

        Assert.Equal(free, _pool.FreeBytes);
    }
}
