using System.Reflection;
using PublicApiGenerator;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// What is public stays public: each library's API is compared with its reviewed text. After a review,
/// <c>OSSLOGSINKS_ACCEPT_API=1 dotnet test</c> writes the new text.
/// </summary>
public class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        ExcludeAttributes = ["System.Runtime.CompilerServices.NullableContextAttribute"],
        AllowNamespacePrefixes = ["Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Logging"],
    };

    public static TheoryData<string> Libraries => [.. Repository.Libraries.Keys];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void PublicApi_IsTheReviewedOne(string library)
    {
        var path = Path.Combine("tests", "OssLogSinks.Conventions.Tests", "PublicApi", library + ".txt");
        var actual = Repository.Libraries[library].GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";

        if (Environment.GetEnvironmentVariable("OSSLOGSINKS_ACCEPT_API") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, path), actual);

        Assert.Equal(Repository.Read(path), actual);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void EveryPublicMember_IsDocumented(string library)
    {
        var assembly = Repository.Libraries[library];
        var documentation = File.ReadAllText(Path.ChangeExtension(assembly.Location, ".xml"));

        Assert.All(assembly.GetExportedTypes(), type =>
        {
            Assert.Contains($"name=\"T:{DocName(type)}\"", documentation);
            Assert.All(DocumentedMembers(type), member => Assert.True(
                documentation.Contains($"{Prefix(member)}{DocName(type)}.{member.Name.Replace(".ctor", "#ctor", StringComparison.Ordinal)}", StringComparison.Ordinal)
                || IsPrimaryConstructor(member),
                $"{type}.{member.Name} has no documentation."));
        });
    }

    private static IEnumerable<MemberInfo> DocumentedMembers(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => member is not Type && member.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null)
            .Where(member => member is not MethodInfo { IsSpecialName: true } && member.Name is not ("value__" or "EqualityContract" or "Deconstruct" or "<Clone>$"))
            .Where(member => !type.IsEnum || member is FieldInfo)
            .Where(member => !IsSynthesised(type, member));

    // A record's own members come from the compiler; its parameters are documented at the type.
    private static bool IsSynthesised(Type type, MemberInfo member) =>
        (type.GetMethod("<Clone>$") is not null || (type.IsValueType && !type.IsEnum))
        && member.Name is "Equals" or "GetHashCode" or "ToString" or "PrintMembers" or ".ctor"
        || (member is ConstructorInfo constructor && constructor.GetParameters().Length == 0 && type.GetConstructors().Length == 1)
        || (member is PropertyInfo property && type.GetConstructors().Any(c => c.GetParameters().Any(p => p.Name == property.Name)));

    private static bool IsPrimaryConstructor(MemberInfo member) =>
        member is ConstructorInfo constructor && constructor.DeclaringType!.GetMethod("<Clone>$") is not null;

    private static string Prefix(MemberInfo member) => member switch
    {
        PropertyInfo => "name=\"P:",
        FieldInfo => "name=\"F:",
        EventInfo => "name=\"E:",
        _ => "name=\"M:",
    };

    private static string DocName(Type type) => type.FullName!.Replace('+', '.');
}
