using System.Runtime.InteropServices;

// Native libraries come from the system's directories, never from beside the program or the working directory.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
