using System.Text;
using OssLogSinks.Tool.Reading;

namespace OssLogSinks.Tool.Tests.Reading;

/// <summary>What a filter may skip without parsing. Too little is slow, too much loses events.</summary>
public class ExpressionTokensTests
{
    [Theory]
    [InlineData("Tenant = 'acme' and Elapsed > 500", "\"acme\",\"Tenant\",\"Elapsed\"")]
    [InlineData("Tenant = 'acme' or Elapsed > 500", "")]
    [InlineData("not Tenant = 'acme'", "")]
    [InlineData("Tenant = 'acme' ci", "")]
    [InlineData("Tenant = 'it''s'", "\"Tenant\"")]
    [InlineData("Tenant = 'Köln'", "\"Tenant\"")]
    [InlineData("Tenant <> 'acme'", "")]
    [InlineData("Tenant = null", "")]
    [InlineData("@l = 'Error'", "")]
    [InlineData("Order.Id = 7", "")]
    [InlineData("A = 1 and (B = 2)", "")]
    [InlineData("if A = 1 then true else false", "")]
    public void Needles_AreInEveryMatchingLine(string expression, string needles) =>
        Assert.Equal(needles, string.Join(',', ExpressionTokens.NeedlesOf(ExpressionTokens.Of(expression)).Select(Encoding.ASCII.GetString)));

    [Theory]
    [InlineData("Tenant = 'acme' and Elapsed > 500", "Tenant,and,Elapsed", false)]
    [InlineData("@m like '%x%'", "like", true)]
    [InlineData("@l = 'Error'", "", false)]
    [InlineData("@p['a'] = 1", null, true)]
    [InlineData("rest() = 1", null, true)]
    public void Parts_AreThoseThatTheExpressionNames(string expression, string? properties, bool hasMessage)
    {
        var parts = ExpressionTokens.PartsOf(ExpressionTokens.Of(expression));

        Assert.Equal(properties, parts.Properties is null ? null : string.Join(',', parts.Properties.Select(Encoding.UTF8.GetString)));
        Assert.Equal(hasMessage, parts.HasMessage);
    }
}
