using System.Reflection;
using System.Runtime.Loader;

namespace OssLogSinks.Battery.Judging;

/// <summary>
/// The assemblies beside a program for .NET Framework, loaded into this runtime. Microsoft's own HttpClientHandler is one of them; Mono takes its own instead.
/// A client can be made with it here, but it can neither send nor be disposed: that needs the internals of .NET Framework's System.dll.
/// </summary>
internal sealed class FrameworkAssemblies(string folder) : AssemblyLoadContext("framework")
{
    private const string Handler = "System.Net.Http";

    /// <summary>Whether the program brings the handler along. From .NET Framework 4.7.2 on, it is a part of the system.</summary>
    public bool HaveHandler => File.Exists(PathOf(Handler));

    /// <summary>Makes a client as a sink does at its start.</summary>
    public string CreateClient()
    {
        var core = LoadFromAssemblyPath(PathOf("OssLogSinks.Core"));
        var options = Activator.CreateInstance(core.GetType("OssLogSinks.Core.Client.OssClientOptions", throwOnError: true)!)!;
        Set("Endpoint", "https://oss-cn-hangzhou.aliyuncs.com");
        Set("Bucket", "battery");
        Set("Credentials", Activator.CreateInstance(core.GetType("OssLogSinks.Core.Client.Credentials.StaticCredentialsProvider", throwOnError: true)!, "id", "secret", null));
        try
        {
            _ = Activator.CreateInstance(core.GetType("OssLogSinks.Core.Client.OssClient", throwOnError: true)!, options);
        }
        catch (TargetInvocationException e)
        {
            throw new TrialException(e.InnerException!.ToString());
        }

        var handler = Assemblies.SingleOrDefault(assembly => assembly.GetName().Name == Handler)?.GetName();
        TrialException.Unless(handler is not null, "The client was made without the handler of the folder.");
        return $"made, {handler!.Name} {handler.Version}";

        void Set(string name, object? value) => options.GetType().GetProperty(name)!.SetValue(options, value);
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        PathOf(assemblyName.Name!) is var path && File.Exists(path) ? LoadFromAssemblyPath(path) : null;

    private string PathOf(string name) => Path.Combine(folder, name + ".dll");
}
