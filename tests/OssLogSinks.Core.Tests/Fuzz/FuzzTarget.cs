using System.Globalization;
using System.Security.Cryptography;

namespace OssLogSinks.Core.Tests.Fuzz;

/// <summary>
/// Something that reads foreign bytes. Any bytes must end in a result or in a fault; an exception is a bug. Inputs are the files of its folder
/// in <c>Fuzz/Corpus</c>, and what becomes of them by random changes.
/// </summary>
/// <param name="name">The name, and the folder of its corpus.</param>
/// <param name="read">Reads an input and asserts what must be true of the result.</param>
/// <param name="words">Texts that the format has, to insert.</param>
internal sealed class FuzzTarget(string name, Action<byte[]> read, params string[] words)
{
    /// <summary>The environment variable that says how many seconds each target runs; without it, a fixed number of inputs.</summary>
    public const string SecondsVariable = "OSSLOGSINKS_FUZZ_SECONDS";

    private const int InputsWithoutATime = 2000;
    private const int LongestInput = 64 * 1024;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus");

    /// <summary>The corpus: each file by its name.</summary>
    public IReadOnlyList<(string File, byte[] Bytes)> Corpus =>
        [.. Directory.GetFiles(Path.Combine(Folder, name)).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))];

    /// <summary>Reads every file of the corpus: inputs that were found once stay mended.</summary>
    public void Replay() => Assert.All(Corpus, input => Read(input.Bytes));

    /// <summary>Reads changed inputs. An input that fails is stored as a file, to be added to the corpus.</summary>
    public void Run()
    {
        var corpus = Corpus;
        Assert.NotEmpty(corpus);
        var seconds = int.TryParse(Environment.GetEnvironmentVariable(SecondsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        var began = TimeProvider.System.GetTimestamp();
        var seed = seconds < 0 ? 0 : Random.Shared.Next();
        for (var i = 0; seconds < 0 ? i < InputsWithoutATime : TimeProvider.System.GetElapsedTime(began).TotalSeconds < seconds; i++)
            Read(Changed(corpus, new Random(unchecked(seed + i))));
    }

    private void Read(byte[] input)
    {
        try
        {
            read(input);
        }
        catch (Exception e)
        {
            var file = "found-" + Convert.ToHexString(SHA256.HashData(input))[..16] + ".bin";
            File.WriteAllBytes(Path.Combine(AppContext.BaseDirectory, file), input);
            throw new InvalidOperationException($"The target {name} failed. The input is {file} beside the test program; add it to Fuzz/Corpus/{name}.", e);
        }
    }

    private byte[] Changed(IReadOnlyList<(string File, byte[] Bytes)> corpus, Random random)
    {
        var input = new List<byte>(corpus[random.Next(corpus.Count)].Bytes);
        for (var changes = random.Next(1, 12); changes > 0; changes--)
            Change(input, corpus, random);

        return [.. input.Take(LongestInput)];
    }

    private void Change(List<byte> input, IReadOnlyList<(string File, byte[] Bytes)> corpus, Random random)
    {
        var at = random.Next(input.Count + 1);
        var length = Math.Min(input.Count - at, 1 + random.Next(random.Next(4) == 0 ? 64 : 4));
        switch (random.Next(8))
        {
            case 0 when length > 0:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                input[at] = (byte)random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(random.Next(input.Count + 1), [.. input.GetRange(at, length)]);
                break;
            case 4 when words.Length > 0:
                input.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(words[random.Next(words.Length)]));
                break;
            case 5:
                var other = corpus[random.Next(corpus.Count)].Bytes;
                var start = random.Next(other.Length + 1);
                input.InsertRange(at, other[start..Math.Min(other.Length, start + random.Next(200))]);
                break;
            case 6 when random.Next(4) == 0:
                input.RemoveRange(at, input.Count - at);
                break;
            default:
                // Numbers at the borders of their types.
                byte[][] numbers = [[0, 0, 0, 0], [255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128], [255, 255, 255, 255, 255, 255, 255, 127], [1]];
                input.InsertRange(at, numbers[random.Next(numbers.Length)]);
                break;
        }
    }
}
