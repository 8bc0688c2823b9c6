using System.Text;

namespace OssLogSinks.Emulator.Http;

/// <summary>The XML of an error answer.</summary>
internal static class ErrorDocument
{
    public static string Render(OssError error, OssRequest request)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n");
        xml.Element("Code", error.Code).Element("Message", error.Message);
        xml.Element("RequestId", request.RequestId).Element("HostId", request.Host);
        foreach (var (name, value) in error.Elements)
        {
            xml.Element(name, value);
        }

        if (error.Ec is not null)
        {
            xml.Element("EC", error.Ec).Element("RecommendDoc", $"https://api.aliyun.com/troubleshoot?q={error.Ec}");
        }

        return xml.Append("</Error>\n").ToString();
    }
}
