namespace OssLogSinks.Conventions.Tests;

/// <summary>That no kind of reference is overlooked: one class refers in each way to a type that it refers to in no other.</summary>
public class AssemblyReferencesTests
{
    [Fact]
    public void EveryKindOfReference_IsSeen()
    {
        var seen = AssemblyReferences.Of(typeof(AssemblyReferencesTests).Assembly.Location)
            .Where(reference => reference.From.Name == nameof(References) && reference.To.Name.StartsWith("Seen", StringComparison.Ordinal))
            .Select(reference => reference.To.Name);

        Assert.Equal(
            typeof(AssemblyReferencesTests).Assembly.GetTypes().Select(type => type.Name.Split('`')[0]).Where(name => name.StartsWith("SeenAs", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            seen.Distinct().Order(StringComparer.Ordinal));
    }
}

internal class SeenAsBase;

internal interface SeenAsInterface;

internal sealed class SeenAsArgumentOfInterface;

internal sealed class SeenAsField;

internal sealed class SeenAsArrayElement;

internal sealed class SeenAsParameter;

internal sealed class SeenAsResult;

internal interface SeenAsConstraint;

internal sealed class SeenAsTypeOf;

internal sealed class SeenAsMade;

internal sealed class SeenAsArgumentOfMethod;

internal sealed class SeenAsArgumentOfLocal;

internal sealed class SeenAsBehindSwitch;

internal sealed class SeenAsCaught : Exception;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class SeenAsAttribute : Attribute;

internal static class SeenAsCalled
{
    public static int Count { get; set; }
}

internal static class SeenAsFieldRead
{
    public static int Value = 1;
}

internal static class SeenAsGenericFieldRead<T>
{
    public static int Value = 1;
}

/// <summary>Refers in each way to a type of its own.</summary>
[SeenAs]
internal abstract class References : SeenAsBase, SeenAsInterface, IComparer<SeenAsArgumentOfInterface>
{
    public SeenAsField? Field { get; set; }

    public List<SeenAsArrayElement[]>? Array { get; set; }

    public int Compare(SeenAsArgumentOfInterface? x, SeenAsArgumentOfInterface? y) => 0;

    public abstract SeenAsResult Take(SeenAsParameter parameter);

    public abstract T Take<T>()
        where T : SeenAsConstraint;

    public static object? Switch(int value) => value switch
    {
        0 => "a",
        1 => "b",
        2 => "c",
        3 => new SeenAsBehindSwitch(),
        _ => null,
    };

    public object Code()
    {
        Dictionary<int, SeenAsArgumentOfLocal>? local = null;
        try
        {
            SeenAsCalled.Count += SeenAsFieldRead.Value + SeenAsGenericFieldRead<int>.Value + (local?.Count ?? 0);
            return System.Array.Empty<SeenAsArgumentOfMethod>().Length > 0 ? typeof(SeenAsTypeOf) : new SeenAsMade();
        }
        catch (SeenAsCaught)
        {
            return this;
        }
    }
}
