using System.Globalization;
using System.Text;
using OssLogSinks.Core;
using OssLogSinks.Core.Records;
using OssLogSinks.Emulator;
using OssLogSinks.EndToEnd.Tests.Support;
using OssLogSinks.Testing;

namespace OssLogSinks.EndToEnd.Tests;

public class KeyRotationTests
{
    private const int Streams = 100;
    private const int Rounds = 10;

    [Fact]
    public async Task RotatedKeys_CostOneStsCallEachAndNoEvent()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var emulator = await OssEmulator.StartAsync(new OssEmulatorOptions { Buckets = { Emulated.Bucket } }, cancel);
        await using var keys = await KeyRotation.StartAsync(emulator);
        var options = emulator.AppenderOptions();
        (options.Credentials, options.ObjectKey, options.CloseTimeout) = (keys.Provider, "{Stream}.log", TimeSpan.FromMinutes(1));
        await using (var appender = new OssAppender(options))
        {
            for (var round = 0; round < Rounds; round++)
            {
                for (var stream = 0; stream < Streams; stream++)
                    await appender.AppendAsync(RecordOf(stream, round), cancel);

                // The appends of this round are on their way with either key.
                keys.Rotate();
                await appender.FlushAsync(cancellationToken: cancel);
            }
        }

        Assert.Equal(Rounds, keys.Rotations);
        Assert.InRange(keys.StsCalls, 2, Rounds + 1);
        for (var stream = 0; stream < Streams; stream++)
            Assert.Equal(Enumerable.Range(0, Rounds).Select(round => $"event {round}"), emulator.Lines($"{stream}.log"));
    }

    private static LogRecord RecordOf(int stream, int round) =>
        new(DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes($"event {round}\n")) { KeyValues = new string?[] { stream.ToString(CultureInfo.InvariantCulture) } };
}
