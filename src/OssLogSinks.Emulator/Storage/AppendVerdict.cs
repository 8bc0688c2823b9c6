namespace OssLogSinks.Emulator.Storage;

/// <summary>What became of an append or a seal; only <see cref="Done"/> has changed anything.</summary>
internal enum AppendVerdict
{
    Done,
    NotAppendable,
    Sealed,
    Immutable,
    WrongPosition,
    TooLarge,
    Absent,
}
