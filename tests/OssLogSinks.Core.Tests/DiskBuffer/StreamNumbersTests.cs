using CsCheck;
using OssLogSinks.Core.DiskBuffer;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Keys;
using OssLogSinks.Core.Records;
using OssLogSinks.Core.Tests.Support;

namespace OssLogSinks.Core.Tests.DiskBuffer;

public class StreamNumbersTests
{
    private const int Streams = 12;

    private static readonly StreamName[] Names =
        [.. Enumerable.Range(0, Streams).Select(i => new StreamName(ObjectKeyTemplate.Parse($"s{i}.log").Render(AppenderTesting.Noon, [])))];

    // With so few marks, almost every one is forgotten again and again. An act is a stream that gets an event, or the end of a block or a process.
    [Fact]
    public void ForgottenMarksRestartsAndKills_CauseNoFalseGap()
    {
        var acts = Gen.Int[0, Streams + 4].Array[0, 300];
        Gen.Select(acts, Gen.Int[1, 4], Gen.Int[1, 4]).Sample((steps, marksKept, sequencesKept) =>
        {
            var world = new World(marksKept, sequencesKept);
            foreach (var step in steps)
                world.Do(step);

            world.Write();
            return world.HasNoGap() && world.HasNoDouble();
        });
    }

    /// <summary>Processes, one after the other, on one disk.</summary>
    private sealed class World
    {
        private readonly int _sequencesKept;
        private readonly List<(string Writer, int Number)> _stored = [];
        private readonly List<(ulong Stream, SequenceMark Mark, string Record)> _waiting = [];

        // What is on disk: a mark is written with its records, and may be forgotten there.
        private readonly RecentStreams<SequenceMark> _marks;
        private StreamNumbers _numbers;

        public World(int marksKept, int sequencesKept)
        {
            _sequencesKept = sequencesKept;
            _marks = new RecentStreams<SequenceMark>(marksKept);
            _numbers = Begin();
        }

        public void Do(int act)
        {
            switch (act - Streams)
            {
                case < 0:
                    Log(Names[act]);
                    break;
                case 0 or 1:
                    Write();
                    break;
                case 2:
                    Write();
                    _numbers = Begin();
                    break;
                default:
                    // A kill: what waits is lost.
                    _waiting.Clear();
                    _numbers = Begin();
                    break;
            }
        }

        public void Write()
        {
            foreach (var (stream, mark, record) in _waiting)
            {
                _stored.AddRange(SequenceText.MarksIn(record));
                _marks.Raise(stream, mark);
            }

            _waiting.Clear();
        }

        public bool HasNoDouble() => _stored.Distinct().Count() == _stored.Count;

        public bool HasNoGap() => _stored.GroupBy(mark => mark.Writer[..^5], mark => mark.Number)
            .All(sequence => sequence.Distinct().Order().SequenceEqual(Enumerable.Range(1, sequence.Max())));

        private StreamNumbers Begin() => new(new EventNumbering(), _marks.Copy(), _sequencesKept);

        private void Log(StreamName stream)
        {
            var record = _numbers.Compose(AppenderTesting.Record("x\n"), stream, out var sequence);
            var block = new Block(4096, 1, AppenderTesting.Noon);
            Assert.True(block.TryAdd(record, stream));
            _numbers.Accept(sequence, block);
            _waiting.AddRange(block.Marks.Select(marked => (marked.Stream, marked.Mark, System.Text.Encoding.UTF8.GetString(record.Utf8.Span))));
        }
    }
}
