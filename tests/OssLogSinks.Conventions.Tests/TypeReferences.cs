using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace OssLogSinks.Conventions.Tests;

/// <summary>
/// Which types of an assembly refer to which others of it: by base types, interfaces, constraints, fields, signatures, locals and method bodies.
/// A nested type counts as the one around it. Constants are not seen: the compiler has put their values in their place.
/// </summary>
internal sealed class TypeReferences
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF, code => code.OperandType);

    private readonly PEReader _assembly;
    private readonly MetadataReader _reader;

    private TypeReferences(PEReader assembly)
    {
        _assembly = assembly;
        _reader = assembly.GetMetadataReader();
    }

    /// <summary>All references, each once, as full names.</summary>
    public static IReadOnlyList<(string From, string To)> Of(string path)
    {
        using var assembly = new PEReader(File.OpenRead(path));
        var references = new TypeReferences(assembly);
        return [.. references._reader.TypeDefinitions.SelectMany(references.From).Where(reference => reference.From != reference.To).Distinct()];
    }

    /// <summary>The names of the constants and enum members of each type.</summary>
    public static ILookup<string, string> Constants(string path)
    {
        using var assembly = new PEReader(File.OpenRead(path));
        var references = new TypeReferences(assembly);
        var reader = references._reader;
        return reader.TypeDefinitions
            .SelectMany(type => reader.GetTypeDefinition(type).GetFields(), (type, field) => (Type: type, Field: reader.GetFieldDefinition(field)))
            .Where(constant => constant.Field.Attributes.HasFlag(System.Reflection.FieldAttributes.Literal))
            .ToLookup(constant => references.NameOf(constant.Type), constant => reader.GetString(constant.Field.Name));
    }

    private IEnumerable<(string From, string To)> From(TypeDefinitionHandle handle)
    {
        var found = new NamedTypes();
        var type = _reader.GetTypeDefinition(handle);
        Add(type.BaseType, found);
        foreach (var implemented in type.GetInterfaceImplementations())
            Add(_reader.GetInterfaceImplementation(implemented).Interface, found);
        foreach (var parameter in type.GetGenericParameters())
            AddConstraints(parameter, found);
        foreach (var field in type.GetFields())
            _ = _reader.GetFieldDefinition(field).DecodeSignature(found, null);
        foreach (var method in type.GetMethods())
            AddMethod(_reader.GetMethodDefinition(method), found);

        var from = NameOf(handle);
        return found.All.Select(to => (from, NameOf(to)));
    }

    private void AddMethod(MethodDefinition method, NamedTypes found)
    {
        _ = method.DecodeSignature(found, null);
        foreach (var parameter in method.GetGenericParameters())
            AddConstraints(parameter, found);
        if (method.RelativeVirtualAddress == 0)
            return;

        var body = _assembly.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _ = _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(found, null);
        foreach (var region in body.ExceptionRegions)
            Add(region.CatchType, found);
        AddInstructions(body.GetILReader(), found);
    }

    private void AddInstructions(BlobReader code, NamedTypes found)
    {
        while (code.RemainingBytes > 0)
        {
            var value = (int)code.ReadByte();
            if (value == 0xFE)
                value = 0xFE00 | code.ReadByte();
            switch (Operands[value])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()), found);
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();
                    code.Offset += sizeof(int) * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += sizeof(long);
                    break;
                case OperandType.InlineVar:
                    code.Offset += sizeof(short);
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += sizeof(byte);
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    code.Offset += sizeof(int);
                    break;
            }
        }
    }

    private void Add(EntityHandle handle, NamedTypes found)
    {
        if (handle.IsNil)
            return;

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                found.Add((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _ = _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(found, null);
                break;
            case HandleKind.FieldDefinition:
                found.Add(_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodDefinition:
                found.Add(_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                AddMember(_reader.GetMemberReference((MemberReferenceHandle)handle), found);
                break;
            case HandleKind.MethodSpecification:
                var method = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(method.Method, found);
                _ = method.DecodeSignature(found, null);
                break;
        }
    }

    private void AddMember(MemberReference member, NamedTypes found)
    {
        Add(member.Parent, found);
        if (member.GetKind() == MemberReferenceKind.Method)
            _ = member.DecodeMethodSignature(found, null);
        else
            _ = member.DecodeFieldSignature(found, null);
    }

    private void AddConstraints(GenericParameterHandle parameter, NamedTypes found)
    {
        foreach (var constraint in _reader.GetGenericParameter(parameter).GetConstraints())
            Add(_reader.GetGenericParameterConstraint(constraint).Type, found);
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        while (type.GetDeclaringType() is { IsNil: false } around)
            type = _reader.GetTypeDefinition(around);
        return _reader.GetString(type.Namespace) + "." + _reader.GetString(type.Name);
    }

    /// <summary>The types of the assembly that were named so far; a signature that is decoded with it adds its own.</summary>
    private sealed class NamedTypes : ISignatureTypeProvider<bool, object?>
    {
        private readonly HashSet<TypeDefinitionHandle> _all = [];

        public IReadOnlyCollection<TypeDefinitionHandle> All => _all;

        public void Add(TypeDefinitionHandle handle) => _all.Add(handle);

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => _all.Add(handle);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => false;

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetArrayType(bool elementType, ArrayShape shape) => false;

        public bool GetByReferenceType(bool elementType) => false;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => false;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => false;

        public bool GetGenericMethodParameter(object? genericContext, int index) => false;

        public bool GetGenericTypeParameter(object? genericContext, int index) => false;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => false;

        public bool GetPinnedType(bool elementType) => false;

        public bool GetPointerType(bool elementType) => false;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

        public bool GetSZArrayType(bool elementType) => false;
    }
}
