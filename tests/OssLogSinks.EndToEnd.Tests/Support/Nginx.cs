using System.Net;
using OssLogSinks.Emulator;
using OssLogSinks.Testing;

namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>nginx in front of the emulator, as a reverse proxy that ends TLS if it has a certificate.</summary>
internal sealed class Nginx(OssEmulator emulator, IPAddress address, CertificateIssuer? issuer, bool asksForClients = false) : Intermediary(Program, address)
{
    public const string Program = "nginx";

    public static (string Program, string Package) Needed => (Program, "nginx");

    /// <summary>The address as a URL.</summary>
    public string Endpoint => $"{(issuer is null ? "http" : "https")}://{(issuer is null ? Host : "localhost")}:{Port}";

    /// <summary>The file of the root that its certificate leads to.</summary>
    public string Authority => PathIn("root.pem");

    private string Host => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();

    public override async Task<string> LogAsync() =>
        string.Concat(await Task.WhenAll(Directory.GetFiles(Folder, "*.log").Select(file => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))));

    // No user of the machine's configuration: as root, the workers would have no access to the folder.
    protected override string[] Configure(int port)
    {
        if (issuer is not null && !File.Exists(Authority))
        {
            var certificate = issuer.Issue("localhost");
            File.WriteAllText(Authority, issuer.RootPem);
            File.WriteAllText(PathIn("server.pem"), certificate.ChainPem);
            File.WriteAllText(PathIn("server.key"), certificate.KeyPem);
        }

        File.WriteAllText(
            PathIn("nginx.conf"),
            $$"""
            daemon off;
            pid {{PathIn("nginx.pid")}};
            error_log {{PathIn("error.log")}} info;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            events { worker_connections 256; }
            http {
              access_log {{PathIn("access.log")}};
              client_body_temp_path {{PathIn("body")}};
              proxy_temp_path {{PathIn("proxy")}};
              fastcgi_temp_path {{PathIn("fastcgi")}};
              uwsgi_temp_path {{PathIn("uwsgi")}};
              scgi_temp_path {{PathIn("scgi")}};
              client_max_body_size 0;
              server {
                listen {{Host}}:{{port}}{{(issuer is null ? "" : " ssl")}};
                {{(issuer is null ? "" : $"ssl_certificate {PathIn("server.pem")}; ssl_certificate_key {PathIn("server.key")};")}}
                {{(asksForClients ? $"ssl_client_certificate {Authority}; ssl_verify_client on; ssl_verify_depth 2;" : "")}}
                location / {
                  proxy_pass http://{{emulator.Endpoint.Authority}};
                  proxy_http_version 1.1;
                  proxy_request_buffering off;
                  proxy_set_header Host $http_host;
                  proxy_set_header Connection "";
                }
              }
            }
            """);
        return ["-p", Folder, "-e", PathIn("error.log"), "-c", PathIn("nginx.conf")];
    }
}
