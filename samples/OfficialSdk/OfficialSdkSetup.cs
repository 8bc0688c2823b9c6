using Microsoft.Extensions.Logging;
using NLog;
using NLog.Targets;
using OssLogSinks.AlibabaCloudSdk;
using OssLogSinks.AliyunSdk;
using OssLogSinks.Core.Client;
using Serilog;
using Serilog.Debugging;

namespace OfficialSdk;

/// <summary>The lines of docs/official-sdk.md, compiled against stand-ins for the SDKs.</summary>
internal static class OfficialSdkSetup
{
    public static AliyunOssClient Aliyun()
    {
        // snippet: aliyun
        var client = AliyunSdk.Client(new AliyunSdkOptions
        {
            Endpoint = "oss-cn-hangzhou-internal.aliyuncs.com",
            Region = "cn-hangzhou",
            Bucket = "my-logs",
        });
        // end
        return client;
    }

    public static AlibabaCloudOssClient AlibabaCloud()
    {
        // snippet: alibaba-cloud
        var client = AlibabaCloudSdk.Client(new AlibabaCloudSdkOptions
        {
            Endpoint = "oss-cn-hangzhou-internal.aliyuncs.com",
            Region = "cn-hangzhou",
            Bucket = "my-logs",
        });
        // end
        return client;
    }

    public static AliyunOssClient AliyunThroughAProxy()
    {
        // snippet: proxy
        var client = AliyunSdk.Client(new AliyunSdkOptions
        {
            Endpoint = "oss-cn-hangzhou.aliyuncs.com",
            Region = "cn-hangzhou",
            Bucket = "my-logs",
            Configure = configuration =>
            {
                configuration.ProxyHost = "proxy.example.com";
                configuration.ProxyPort = 8080;
            },
        });
        // end
        return client;
    }

    public static Serilog.Core.Logger ForSerilog(IOssClient client)
    {
        // snippet: serilog
        SelfLog.Enable(Console.Error); // The sink reports trouble here.

        var logger = new LoggerConfiguration()
            .WriteTo.OssAppend(client: client, objectKey: "shop/{MachineName}/app-{InstanceId}.log")
            .CreateLogger();
        // end
        return logger;
    }

    public static LogFactory ForNLog(IOssClient client)
    {
        // snippet: nlog
        var target = new OssAppendTarget { Name = "oss", ObjectKey = "shop/{MachineName}/app-{InstanceId}.log", Configure = options => options.Client = client };
        var factory = LogManager.Setup().LoadConfiguration(logging => logging.ForLogger().WriteTo(target)).LogFactory;
        // end
        return factory;
    }

    public static ILoggerFactory ForLogging(IOssClient client)
    {
        // snippet: logging
        var factory = LoggerFactory.Create(builder => builder.AddOssAppend(options =>
        {
            options.Client = client;
            options.ObjectKey = "shop/{MachineName}/app-{InstanceId}.log";
        }));
        // end
        return factory;
    }
}
