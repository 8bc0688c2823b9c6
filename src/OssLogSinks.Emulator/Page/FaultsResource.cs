using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OssLogSinks.Emulator.Faults;
using OssLogSinks.Emulator.Protocol;

namespace OssLogSinks.Emulator.Page;

/// <summary>The faults over HTTP: GET shows them, PUT replaces all rules, DELETE ends every fault.</summary>
internal sealed class FaultsResource(FaultScript script)
{
    private const int MaxBody = 64 << 10;

    public Task HandleAsync(HttpContext context, CancellationToken cancellationToken) => context.Request.Method switch
    {
        "GET" => ShowAsync(context),
        "PUT" => ReplaceAsync(context, cancellationToken),
        "DELETE" => ClearAsync(context),
        _ => PageReply.ErrorAsync(context, 405, "GET, PUT and DELETE are possible here."),
    };

    private Task ShowAsync(HttpContext context) => PageReply.JsonAsync(context, new
    {
        rules = script.Rules.Select(state => FaultRuleDocument.Of(state)),
        script.Injected,
        byKind = script.Drawn.ToDictionary(kind => kind.Key.ToString(), kind => kind.Value),
        scripted = script.Pending,
    });

    private async Task ReplaceAsync(HttpContext context, CancellationToken cancellationToken)
    {
        // A browser lets a page of another site send plain text without a preflight request, but not JSON.
        if (!context.Request.HasJsonContentType())
        {
            await PageReply.ErrorAsync(context, 415, "Send JSON, with the header Content-Type: application/json.").ConfigureAwait(false);
            return;
        }

        var (document, error) = await ReadAsync(context.Request, cancellationToken).ConfigureAwait(false);
        var errors = new List<string>();
        var rules = error is null ? document!.ToRules(errors) : [];
        if (error is not null)
            errors.Add(error);

        if (errors.Count > 0)
        {
            await PageReply.ErrorAsync(context, 400, errors).ConfigureAwait(false);
            return;
        }

        script.SetRules(rules, document!.Seed ?? 1);
        await ShowAsync(context).ConfigureAwait(false);
    }

    private Task ClearAsync(HttpContext context)
    {
        script.Clear();
        return ShowAsync(context);
    }

    private static async Task<(FaultsDocument? Document, string? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var buffer = new byte[4096];
        while (await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (body.Length + read > MaxBody)
                return (null, "The body is longer than 64 KiB.");

            body.Write(buffer, 0, read);
        }

        try
        {
            var document = JsonSerializer.Deserialize<FaultsDocument>(body.ToArray(), PageReply.Json);
            return document?.Rules is null ? (null, "Send {\"rules\": [...]}.") : (document, null);
        }
        catch (JsonException e)
        {
            return (null, $"This is not the JSON of faults: {e.Path ?? "it"} cannot be read, in line {e.LineNumber + 1}. Send {{\"rules\": [...]}}.");
        }
    }
}

/// <summary>The body of <c>PUT /-/faults</c>.</summary>
internal sealed record FaultsDocument(IReadOnlyList<FaultRuleDocument?>? Rules, int? Seed)
{
    public IReadOnlyList<FaultRule> ToRules(List<string> errors) => [.. Rules!.Select((rule, i) => (rule ?? new FaultRuleDocument()).ToRule($"rules[{i}]", errors))];
}

/// <summary>One rule as JSON. <see cref="Injected"/> is only in answers.</summary>
internal sealed record FaultRuleDocument
{
    private static readonly TimeSpan MaxLatency = TimeSpan.FromMinutes(5);

    public string? Operation { get; init; }

    public string? KeyPrefix { get; init; }

    /// <summary>One kind, or several with commas between them.</summary>
    public string? Kind { get; init; }

    public double? Rate { get; init; }

    public double? LatencyMilliseconds { get; init; }

    public int? Count { get; init; }

    public int? Injected { get; init; }

    public static FaultRuleDocument Of(FaultRuleState state) => new()
    {
        Operation = state.Rule.Operation.ToString(),
        KeyPrefix = state.Rule.KeyPrefix.Length == 0 ? null : state.Rule.KeyPrefix,
        Kind = state.Rule.Kinds == FaultKinds.None ? null : state.Rule.Kinds.ToString(),
        Rate = state.Rule.Rate,
        LatencyMilliseconds = state.Rule.Latency == TimeSpan.Zero ? null : state.Rule.Latency.TotalMilliseconds,
        Count = state.Rule.Count,
        Injected = state.Hits,
    };

    /// <summary>The rule; what is wrong with it is added to <paramref name="errors"/>.</summary>
    public FaultRule ToRule(string place, List<string> errors)
    {
        var operation = Read(Operation, OssOperation.Any, $"{place}.operation", errors);
        var kinds = Read(Kind, FaultKinds.None, $"{place}.kind", errors);
        if (Rate is < 0 or > 1 || double.IsNaN(Rate ?? 0))
            errors.Add($"{place}.rate is {Rate}. Use a number from 0 to 1.");

        if (LatencyMilliseconds is < 0 || LatencyMilliseconds > MaxLatency.TotalMilliseconds)
            errors.Add($"{place}.latencyMilliseconds is {LatencyMilliseconds}. Use a number from 0 to {MaxLatency.TotalMilliseconds}.");

        if (Count is < 0)
            errors.Add($"{place}.count is {Count}. Use 0 or more, or leave it out for no limit.");

        if (Kind is null && LatencyMilliseconds is null)
            errors.Add($"{place} does nothing. Set kind, latencyMilliseconds, or both.");

        return errors.Count > 0 ? new FaultRule() : new FaultRule
        {
            Operation = operation,
            KeyPrefix = KeyPrefix ?? "",
            Kinds = kinds,
            Rate = Rate ?? 1,
            Latency = TimeSpan.FromMilliseconds(LatencyMilliseconds ?? 0),
            Count = Count,
        };
    }

    private static T Read<T>(string? text, T absent, string place, List<string> errors)
        where T : struct, Enum
    {
        // Enum.TryParse also takes numbers, which mean nothing to a reader.
        if (text is null)
            return absent;

        if (text.Length > 0 && !char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '+') && Enum.TryParse<T>(text, ignoreCase: true, out var value))
            return value;

        errors.Add($"{place} is not known. Use one of: {string.Join(", ", Enum.GetNames<T>())}.");
        return absent;
    }
}
