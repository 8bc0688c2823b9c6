namespace OssLogSinks.Testing;

/// <summary>What a disk can be asked to do, and may fail to.</summary>
public enum DiskAct
{
    CreateFolder,
    List,
    Create,
    Open,
    Read,
    Write,
    SetLength,
    Sync,
    Delete,
    DeleteFolder,
    Move,
    SyncFolder,
}
