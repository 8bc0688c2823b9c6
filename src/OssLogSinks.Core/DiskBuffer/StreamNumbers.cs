using OssLogSinks.Core.DiskBuffer.Files;
using OssLogSinks.Core.DiskBuffer.Folders;
using OssLogSinks.Core.DiskBuffer.Format;
using OssLogSinks.Core.DiskBuffer.Journal;
using OssLogSinks.Core.Records;

namespace OssLogSinks.Core.DiskBuffer;

/// <summary>
/// The sequences of the streams of a disk buffer. A stream continues the sequence that an ended process left. Guarded by the staging buffer's lock.
/// </summary>
/// <param name="numbering">Writes the numbers.</param>
/// <param name="left">What ended processes left.</param>
/// <param name="certain">How many of the streams that were used last keep their sequences for certain.</param>
internal sealed class StreamNumbers(EventNumbering numbering, RecentStreams<SequenceMark> left, int certain = StreamNumbers.Certain)
{
    private const int Certain = 5_000;

    private readonly RecentStreams<EventSequence> _sequences = new(certain);

    /// <summary>A record with its number, and the sequence that the number is of.</summary>
    public LogRecord Compose(in LogRecord record, StreamName stream, out EventSequence sequence)
    {
        if (!_sequences.TryGet(stream.Hash, out sequence))
        {
            sequence = left.TryGet(stream.Hash, out var mark) ? EventSequence.Continue(mark) : EventSequence.Begin();
            _sequences.Set(stream.Hash, sequence);
        }

        return record with { Utf8 = numbering.Compose(sequence, record) };
    }

    /// <summary>The record that was composed last was accepted into a block.</summary>
    public void Accept(EventSequence sequence, Block block) => block.Mark(new SequenceMark(sequence.Id, numbering.Accept(sequence)));

    /// <summary>What ended processes left in a buffer. No event and no number is changed there, and no error is thrown.</summary>
    public static RecentStreams<SequenceMark> FindLeft(IBufferFiles files, string path)
    {
        var left = SequenceMarks.Create();
        var names = new List<FolderName>();
        BufferFiles.Try(() => names.AddRange(files.FoldersIn(path).Select(text => FolderName.TryParse(text, out var name) ? name : default).Where(name => name.Text is not null)));

        // Later folders know more.
        foreach (var name in names.OrderBy(name => name.Text, StringComparer.Ordinal))
            BufferFiles.Try(() => AddFrom(files, Path.Combine(path, name.Text), new FolderId(name.FolderId), left));
        return left;
    }

    private static void AddFrom(IBufferFiles files, string folder, FolderId folderId, RecentStreams<SequenceMark> left)
    {
        if (FolderLock.TryTake(files, folder, create: false) is not { } folderLock)
            return;

        try
        {
            if (!folderLock.Excludes)
                return;

            foreach (var mark in BufferJournal.ReadNumbers(files, folder, folderId).All)
                left.Raise(mark.Key, mark.Value);
        }
        finally
        {
            folderLock.EndLook();
        }
    }
}
