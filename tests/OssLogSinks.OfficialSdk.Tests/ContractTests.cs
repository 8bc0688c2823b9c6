using OssLogSinks.Contract;
using OssLogSinks.Core.Client;
using OssLogSinks.Emulator;

namespace OssLogSinks.OfficialSdk.Tests;

/// <summary>The contract on the built-in client.</summary>
public class BuiltInClientContractTests : OssClientContractTests
{
    protected override IOssClient CreateClient(OssEmulator oss, TimeSpan requestTimeout) => SdkClients.Create(SdkKind.BuiltIn, oss, requestTimeout);
}

/// <summary>The contract on Aliyun.OSS.SDK.NetCore.</summary>
public class AliyunSdkContractTests : OssClientContractTests
{
    protected override bool CanSeal => false;

    protected override IOssClient CreateClient(OssEmulator oss, TimeSpan requestTimeout) => SdkClients.Create(SdkKind.Aliyun, oss, requestTimeout);
}

/// <summary>The contract on AlibabaCloud.OSS.V2.</summary>
public class AlibabaCloudSdkContractTests : OssClientContractTests
{
    protected override IOssClient CreateClient(OssEmulator oss, TimeSpan requestTimeout) => SdkClients.Create(SdkKind.AlibabaCloud, oss, requestTimeout);
}
