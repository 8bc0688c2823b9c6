// Types of newer frameworks that tests and emulator use, for the row of .ci/everywhere that runs them on .NET 8.
namespace System.Threading
{
    internal sealed class Lock
    {
        public Scope EnterScope()
        {
            Monitor.Enter(this);
            return new Scope(this);
        }

        public readonly ref struct Scope(Lock held)
        {
            public void Dispose() => Monitor.Exit(held);
        }
    }
}

namespace System.Security.Cryptography.X509Certificates
{
    internal static class X509CertificateLoader
    {
        public static X509Certificate2 LoadPkcs12(byte[] data, string? password, X509KeyStorageFlags flags = X509KeyStorageFlags.DefaultKeySet) => new(data, password, flags);
    }
}
