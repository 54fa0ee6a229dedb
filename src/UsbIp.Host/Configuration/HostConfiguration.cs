using System.Text;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Rules;
using UsbIp.Shared;

namespace UsbIp.Host.Configuration;

/// <summary>
/// The configuration file and what of it holds now. A file that cannot be read or understood changes nothing: what held before goes on, which at
/// the start is no alias and no rule, so that nothing is exported by one. Safe for use by several threads.
/// </summary>
internal sealed class HostConfiguration(string path, ILogger log)
{
    private const int MaxBytes = 256 * 1024;

    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Lock _gate = new();
    private volatile string? _problem;

    public string Path => path;

    /// <summary>What holds now.</summary>
    public HostRules Rules { get; private set; } = HostRules.None;

    /// <summary>Why the file as it is does not hold, as a sentence; null if it does.</summary>
    public string? Problem => _problem;

    /// <summary>Reads the file. No file is an empty one.</summary>
    /// <returns>Whether it holds now; else <see cref="Problem"/> says why not.</returns>
    public bool Load()
    {
        lock (_gate)
        {
            try
            {
                Rules = ConfigurationReader.Read(ReadText());
                _problem = null;
                log.ConfigurationRead(path, Rules.Aliases.Count, Rules.Rules.Count);
                return true;
            }
            catch (CommandException exception)
            {
                _problem = exception.Message;
                log.ConfigurationBroken(path, exception.Message, Rules.Aliases.Count, Rules.Rules.Count);
                return false;
            }
        }
    }

    /// <summary>Changes the file and, if that could be written, what holds.</summary>
    /// <param name="edit">The new text; an exception leaves everything as it was.</param>
    /// <exception cref="CommandException">The file is broken, cannot be changed, or cannot be written.</exception>
    public HostRules Change(Func<ConfigurationEditor, string> edit)
    {
        lock (_gate)
        {
            try
            {
                var text = edit(new ConfigurationEditor(ReadText()));
                var rules = ConfigurationReader.Read(text);
                Write(ConfigurationSeal.Close(text));
                _problem = null;
                return Rules = rules;
            }
            catch (CommandException exception) when (exception.Hint is null)
            {
                throw new CommandException(
                    exception.ExitCode, $"The configuration {path} is broken, so it is not changed: {exception.Message}", "mend it by hand, then usbip-host reload", exception);
            }
        }
    }

    private string ReadText()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= MaxBytes
                ? ConfigurationSeal.Open(Encoding.GetString(content, 0, length))
                : throw new CommandException(ExitCode.Failure, $"the file is longer than {MaxBytes} bytes.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failure, $"the file cannot be read: {exception.Message}", cause: exception);
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(ExitCode.Failure, "the file is not UTF-8 text.", cause: exception);
        }
    }

    private void Write(string text)
    {
        try
        {
            DurableFile.Write(path, Encoding.GetBytes(text));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                exception is UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Failure,
                $"The configuration {path} cannot be written, so nothing is changed: {exception.Message}",
                "make room, or let the daemon's user write to that directory",
                exception);
        }
    }
}
