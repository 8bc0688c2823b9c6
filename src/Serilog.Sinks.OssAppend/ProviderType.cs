using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using OssLogSinks.Core.Client.Credentials;

namespace Serilog.Sinks.OssAppend;

/// <summary>
/// A credentials provider that configuration names by its type, as Serilog's configuration does for interfaces: <c>My.Provider, My.Assembly</c>
/// creates one, <c>My.Providers::Current, My.Assembly</c> reads a static property or field.
/// </summary>
internal static class ProviderType
{
    /// <summary>The provider; null if the text names no type of a provider, and may be a word.</summary>
    /// <exception cref="InvalidOperationException">The type has no such member, or cannot be created without arguments.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Only configuration files name types, and their reader finds everything by name.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "See above.")]
    public static IOssCredentialsProvider? TryCreate(string text)
    {
        var comma = text.IndexOf(',');
        var separator = text.IndexOf("::", StringComparison.Ordinal);
        if (separator >= 0 && (comma < 0 || separator < comma))
        {
            var member = text.Substring(separator + 2, (comma < 0 ? text.Length : comma) - separator - 2).Trim();
            var owner = Find(text.Substring(0, separator).Trim() + (comma < 0 ? "" : text.Substring(comma)));
            return owner is null ? null : MemberOf(owner, member);
        }

        if (Find(text.Trim()) is not { } type || !typeof(IOssCredentialsProvider).IsAssignableFrom(type))
            return null;

        // As Serilog's configuration does it: every parameter of the constructor must have a default.
        var constructor = type.GetConstructors().OrderByDescending(one => one.GetParameters().Length).FirstOrDefault(one => one.GetParameters().All(parameter => parameter.HasDefaultValue))
            ?? throw new InvalidOperationException($"{type.FullName} has no constructor without required arguments.");
        return (IOssCredentialsProvider)constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }

    // The text may be anything, even a secret in the wrong setting. For some texts the lookup throws despite throwOnError: false.
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "Only configuration files name types, and their reader finds everything by name.")]
    private static Type? Find(string name)
    {
        try
        {
            return Type.GetType(name, throwOnError: false);
        }
        catch (Exception e) when (e is IOException or ArgumentException or TypeLoadException or BadImageFormatException)
        {
            return null;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Only configuration files name types, and their reader finds everything by name.")]
    private static IOssCredentialsProvider MemberOf(Type owner, string member)
    {
        const BindingFlags Static = BindingFlags.Public | BindingFlags.Static;
        var value = owner.GetProperty(member, Static) is { } property ? property.GetValue(null) : owner.GetField(member, Static)?.GetValue(null);
        return value as IOssCredentialsProvider ?? throw new InvalidOperationException($"{owner.FullName} has no public static property or field {member} with a credentials provider.");
    }
}
