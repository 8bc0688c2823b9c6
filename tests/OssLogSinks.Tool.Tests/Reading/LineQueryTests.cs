using System.Text;
using CsCheck;
using OssLogSinks.Tool.Reading;
using Serilog.Events;
using Serilog.Expressions;

namespace OssLogSinks.Tool.Tests.Reading;

/// <summary>The cheap checks of a filter never change what it finds.</summary>
public class LineQueryTests
{
    private static readonly string[] Numbers = ["0", "5", "-5", "5.0", "5.5", "5e0", "0.55e1", "6", "1e400", "79228162514264337593543950336", "5.0000000000000001"];

    private static readonly Gen<string> Value = Gen.OneOf(AnyOf(Numbers), AnyOf("null", "true", "\"5\"", "\"N\"", "[5]", "[\"N\",5]", "{\"N\":5}", "{\"N\":9}"));

    private static readonly Gen<string> Member = Gen.Select(AnyOf("\"N\":", "\"N\" : ", "\"M\":", "\"\\u004e\":", "\"@mt\":", "\"x\\\"N\":"), Value, (name, value) => name + value);

    [Fact]
    public void Filter_FindsWhatTheExpressionIsTrueFor() =>
        Gen.Select(AnyOf("=", "<>", "<", "<=", ">", ">="), AnyOf("5", "5.5", "-5", "0", "6"), AnyOf("", " and M = 5", " and M > 0", " or M = 5"), Member.Array[0, 4])
            .Sample((comparison, limit, rest, members) =>
            {
                var where = $"N {comparison} {limit}{rest}";
                var line = Encoding.UTF8.GetBytes($"{{{string.Join(',', members.Prepend("\"@t\":\"2026-11-22T17:00:00Z\""))}}}");
                var expected = new ClefEvent(EventParts.All).TryRead(line) is { } logEvent && IsTrue(where, logEvent);
                LineContext context = default;

                Assert.True(expected == new LineQuery(where).IsWanted(line, ref context), $"{where} is {expected} for {Encoding.UTF8.GetString(line)}");
            });

    [Theory]
    [InlineData("N > 5", "{\"N\":4}", true)]
    [InlineData("N > 5", "{\"N\":5}", false)]
    [InlineData("N > 5", "{\"N\":\"4\"}", false)]
    [InlineData("N > 5", "{\"N\":4,\"O\":{\"N\":6}}", false)]
    [InlineData("N < -1.5", "{\"N\":-1.4}", true)]
    [InlineData("N = 5", "{\"N\":50}", true)]
    public void Bound_ExcludesLinesThatAreFalseWithoutDoubt(string where, string line, bool isExcluded) =>
        Assert.Equal(isExcluded, Assert.Single(ExpressionTokens.BoundsOf(ExpressionTokens.Of(where))).Excludes(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void NumberThatIsNoDecimal_EndsNothing()
    {
        LineContext context = default;

        Assert.False(new LineQuery("N > 5").IsWanted("{\"N\":1e300}"u8, ref context));
    }

    [Theory]
    [InlineData("N > 5 or M > 5")]
    [InlineData("not N > 5")]
    [InlineData("N + 1 > 5")]
    [InlineData("N > M")]
    [InlineData("N <> 5")]
    [InlineData("A.N > 5")]
    public void OtherExpression_HasNoBound(string where) => Assert.Empty(ExpressionTokens.BoundsOf(ExpressionTokens.Of(where)));

    // A number that is no decimal cannot be compared.
    private static bool IsTrue(string where, LogEvent logEvent)
    {
        try
        {
            return ExpressionResult.IsTrue(SerilogExpression.Compile(where)(logEvent));
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
