using OssLogSinks.Battery.Judging;
using OssLogSinks.Battery.Parts;

// 'part NAME name=value ...' is one process of the battery, on the runtime that is tried. Everything else goes to the judge, which starts such processes.
return args.Length > 0 && args[0] == "part" ? await Part.RunAsync([.. args.Skip(1)]) : await Judge.RunAsync(args);
