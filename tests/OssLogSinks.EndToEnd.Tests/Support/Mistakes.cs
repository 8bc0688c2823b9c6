namespace OssLogSinks.EndToEnd.Tests.Support;

/// <summary>The mistakes that people make.</summary>
internal static class Mistakes
{
    public static IReadOnlyDictionary<string, Mistake> All { get; } = new Dictionary<string, Mistake>
    {
        ["no bucket"] = new() { Serilog = [("bucket", null)], Setting = "bucket", Value = "is empty", Cure = "must be set to the name of the bucket" },
        ["bucket with capitals"] = Mistake.Of("bucket", "My_Logs", "use 3 to 63 lower-case letters, digits and hyphens"),
        ["no place"] = new() { Serilog = [("region", null)], Setting = "endpoint", Value = "must be set", Cure = "'oss-cn-hangzhou.aliyuncs.com' for instance" },
        ["region with oss-"] = Mistake.Of("region", "oss-cn-hangzhou", "write 'cn-hangzhou'"),
        ["region as people call it"] = Mistake.Of("region", "China (Hangzhou)", "write lower-case letters, digits and hyphens only"),
        ["endpoint with ftp"] = Mistake.Of("endpoint", "ftp://oss-cn-hangzhou.aliyuncs.com", "must begin with 'https://' or 'http://'"),
        ["endpoint with a path"] = Mistake.Of("endpoint", "oss-cn-hangzhou.aliyuncs.com/logs", "write the host and, if need be, its port"),
        ["endpoint with the bucket"] = Mistake.Of("endpoint", "logs.oss-cn-hangzhou.aliyuncs.com", "write 'oss-cn-hangzhou.aliyuncs.com'"),
        ["endpoint with a password"] = Mistake.Of("endpoint", "https://user:hush-hush@oss-cn-hangzhou.aliyuncs.com", "credentials are a setting of their own", shown: "must not hold a user name or password"),
        ["domain of one's own"] = new() { Serilog = [("endpoint", "logs.example.com")], Setting = "addressingStyle", Value = "'logs.example.com'", Cure = "CustomDomain if that domain is bound to the bucket" },
        ["IP with the bucket in front"] = new() { Serilog = [("endpoint", "127.0.0.1:9000"), ("addressingStyle", "VirtualHosted")], Setting = "addressingStyle", Value = "VirtualHosted", Cure = "use Path" },
        ["domain that tells no region"] = new() { Serilog = [("endpoint", "oss-accelerate.aliyuncs.com"), ("region", null)], Setting = "region", Value = "'oss-accelerate.aliyuncs.com'", Cure = "write the bucket's region" },
        ["key without its secret"] = new() { Serilog = [("accessKeySecret", null)], Setting = "accessKeySecret", Value = "", Cure = "set" },
        ["secret without its key"] = new() { Serilog = [("accessKeyId", null)], Setting = "accessKeyId", Value = "", Cure = "set" },
        ["brace that is never closed"] = Mistake.Of("objectKey", "logs/{Timestamp", "write {{ for a brace in the key"),
        ["place in small letters"] = Mistake.Of("objectKey", "logs/{timestamp}.log", "is written 'Timestamp'"),
        ["key with a slash in front"] = Mistake.Of("objectKey", "/logs/app.log", "must not begin with '/'; leave it out"),
        ["key of a folder"] = Mistake.Of("objectKey", "logs/", "name the object"),
        ["key that leaves its folder"] = Mistake.Of("objectKey", "logs/../app.log", "name it otherwise"),
        ["variable that is not set"] = Mistake.Of("objectKey", "{Environment:OSS_NO_SUCH_VARIABLE}/app.log", "set it, or leave the place out"),
        ["date that is none"] = Mistake.Of("objectKey", "{Timestamp:%}/app.log", "write yyyy/MM/dd for instance"),
        ["two sequences"] = Mistake.Of("objectKey", "{Sequence}/{Sequence}.log", "leave the others out"),
        ["suffix of compressed objects"] = new() { Serilog = [("objectKey", "app.log.gz")], Setting = "objectKey", Value = "'app.log.gz'", Cure = "ompression is None; choose Gzip, or end the key otherwise" },
        ["header larger than an object"] = new() { Serilog = [("objectHeader", "time,level"), ("fileSizeLimitBytes", "5")], NLog = [("objectHeader", "time,level"), ("objectSizeLimit", "5")], Setting = "objectHeader", Value = "'time,level", Cure = "must have 4 bytes at most" },
        ["key that does not show its period"] = new() { Serilog = [("objectKey", "{Timestamp:yyyy}/app.log"), ("rollingInterval", "Day")], Setting = "objectKey", Value = "'{Timestamp:yyyy}/app.log'", Cure = "or leave the time out to get it added" },
        ["grace below zero"] = Mistake.Of(("lateEventGrace", "-00:00:01"), ("lateEventGraceSeconds", "-1"), "must be zero or more; leave it out", shown: "-00:00:01"),
        ["size below zero"] = Mistake.Of(("fileSizeLimitBytes", "-1"), ("objectSizeLimit", "-1"), "must be at least 1 byte"),
        ["tiny append"] = Mistake.Of(("appendSizeLimitBytes", "100"), ("appendSizeLimit", "100"), "must be from 4096 to 67108864 bytes"),
        ["event larger than an append"] = Mistake.Of(("eventSizeLimitBytes", "8388608"), ("recordSizeLimit", "8388608"), "(4194304) bytes"),
        ["little memory"] = Mistake.Of(("memoryLimitBytes", "1000"), ("memoryLimit", "1000"), "must be at least 8388608 bytes: twice"),
        ["no queue"] = Mistake.Of("queueLimit", "0", "must be at least 1", shown: "is 0"),
        ["empty batch"] = Mistake.Of(("batchSizeLimit", "0"), ("batchSize", "0"), "must be at least 1", shown: "is 0"),
        ["period below zero"] = Mistake.Of(("period", "-00:00:01"), ("appendIntervalMilliseconds", "-1000"), "must be from zero up to 24 days", shown: "-00:00:01"),
        ["close of a hundred days"] = Mistake.Of(("closeTimeout", "100.00:00:00"), ("closeTimeoutSeconds", "8640000"), "must be from zero up to 24 days", shown: "100.00:00:00"),
        ["no time for a request"] = Mistake.Of(("requestTimeout", "00:00:00"), ("requestTimeoutSeconds", "0"), "must be more than zero and less than a day", shown: "00:00:00"),
        ["no time to retry"] = Mistake.Of(("retryTimeLimit", "00:00:00"), ("retryTimeLimitSeconds", "0"), "must be more than zero", shown: "00:00:00"),
        ["wait below zero"] = new()
        {
            Serilog = [("blockTimeout", "-00:00:05")],
            NLog = [("blockTimeoutMilliseconds", "-5000")],
            Setting = "blockTimeout",
            NLogSetting = "BlockTimeoutMilliseconds",
            Value = "-00:00:05",
            NLogValue = "-5000",
            Cure = "for as long as it takes",
        },
        ["buffer that is a file"] = Mistake.Of("bufferPath", typeof(Mistakes).Assembly.Location, "it must be a folder, or nothing yet"),
        ["small buffer"] = Mistake.Of("bufferSizeLimitBytes", "1000", "must be at least 16777216 bytes: 8 MiB, and four times", shown: "is 1000"),
        ["type with an umlaut"] = Mistake.Of("contentType", "täxt/plain", "must be printable ASCII"),
    };
}
