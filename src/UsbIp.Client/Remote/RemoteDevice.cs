using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Remote;

/// <summary>
/// An imported device, asked from user space: one control transfer after the other over the session's own socket, no kernel involved.
/// Everything that comes back is bounded by what was asked for. Owns the socket; disposing it lets the device go.
/// </summary>
public sealed class RemoteDevice : IDisposable
{
    private const byte StandardDeviceIn = 0x80;
    private const byte StandardInterfaceIn = 0x81;
    private const byte GetStatus = 0;
    private const byte GetDescriptor = 6;
    private const ushort HidReport = 0x22;
    private const ushort EnglishUnitedStates = 0x0409;

    /// <summary>A device has at most 255 configurations; none that is honest has more than a few.</summary>
    private const int MaxConfigurations = 16;

    /// <summary>As long as usbfs waits for a control transfer.</summary>
    private static readonly TimeSpan TransferTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For all that is asked of one device, however slowly it answers.</summary>
    private static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(30);

    private readonly HostAddress _host;
    private readonly Socket _socket;
    private readonly Timer _deadline;
    private readonly Dictionary<byte, string> _strings = [];
    private ushort? _language;
    private uint _seqnum;

    /// <param name="host">Where the device is, for errors.</param>
    /// <param name="record">What the host said of it.</param>
    /// <param name="socket">The session, past its import.</param>
    public RemoteDevice(HostAddress host, DeviceRecord record, Socket socket)
    {
        (_host, Record, _socket) = (host, record, socket);
        socket.ReceiveTimeout = socket.SendTimeout = (int)TransferTimeout.TotalMilliseconds;
        _deadline = new Timer(_ => socket.Dispose(), null, WholeTimeout, Timeout.InfiniteTimeSpan);
    }

    public DeviceRecord Record { get; }

    public byte[] ReadDevice() => ReadDescriptor(DescriptorType.Device, 0, DeviceDescriptor.Size);

    /// <summary>Every configuration with all that belongs to it; one that the device refuses is left out.</summary>
    public IReadOnlyList<byte[]> ReadConfigurations(int count)
    {
        var configurations = new List<byte[]>();
        for (var index = 0; index < Math.Min(count, MaxConfigurations); index++)
        {
            var bytes = ReadWithTotal(DescriptorType.Configuration, (byte)index, ConfigurationDescriptor.HeaderSize);
            if (bytes.Length > 0)
            {
                configurations.Add(bytes);
            }
        }

        return configurations;
    }

    /// <summary>The binary object store; empty if the device has none.</summary>
    public byte[] ReadObjectStore() => ReadWithTotal(DescriptorType.BinaryObjectStore, 0, headerSize: 5);

    /// <summary>What a high-speed device would be at full speed; empty if it has no such descriptor.</summary>
    public byte[] ReadQualifier() => ReadDescriptor(DescriptorType.DeviceQualifier, 0, length: 10);

    /// <summary>What a host may debug itself through; empty if the device is no such one.</summary>
    public byte[] ReadDebug() => ReadDescriptor(DescriptorType.Debug, 0, length: 4);

    /// <summary>The report descriptor of a HID interface; empty if the device refuses.</summary>
    public byte[] ReadReport(byte interfaceNumber, ushort length) =>
        ControlIn(new SetupPacket(StandardInterfaceIn, GetDescriptor, HidReport << 8, interfaceNumber, length));

    /// <summary>A string, printable; empty where the index is 0 or the device has none.</summary>
    public string ReadString(byte index)
    {
        if (index == 0)
        {
            return "";
        }

        if (!_strings.TryGetValue(index, out var text))
        {
            _language ??= ReadLanguage();
            var bytes = ReadDescriptor(DescriptorType.String, index, byte.MaxValue, _language.Value);
            _strings[index] = text = bytes.Length <= 2 ? "" : Decode(bytes.AsSpan(2, Math.Min(bytes.Length, bytes[0]) - 2));
        }

        return text;
    }

    /// <summary>The device's status bits (USB 2.0, 9.4.5); null if it refuses.</summary>
    public ushort? ReadStatus()
    {
        var bytes = ControlIn(new SetupPacket(StandardDeviceIn, GetStatus, 0, 0, sizeof(ushort)));
        return bytes.Length == sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : null;
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _socket.Dispose();
    }

    private static string Decode(ReadOnlySpan<byte> utf16) => PrintableText.Of(Encoding.Unicode.GetString(utf16[..(utf16.Length & ~1)]));

    private ushort ReadLanguage()
    {
        var languages = ReadDescriptor(DescriptorType.String, 0, byte.MaxValue);
        return languages.Length >= 4 ? BinaryPrimitives.ReadUInt16LittleEndian(languages.AsSpan(2)) : EnglishUnitedStates;
    }

    /// <summary>A descriptor that tells its whole length in wTotalLength, behind length and type.</summary>
    private byte[] ReadWithTotal(DescriptorType type, byte index, int headerSize)
    {
        var header = ReadDescriptor(type, index, headerSize);
        return header.Length < headerSize ? [] : ReadDescriptor(type, index, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)));
    }

    /// <returns>Empty if the device refuses, or answers with a descriptor of another type.</returns>
    private byte[] ReadDescriptor(DescriptorType type, byte index, int length, ushort language = 0)
    {
        var bytes = ControlIn(new SetupPacket(StandardDeviceIn, GetDescriptor, (ushort)(((int)type << 8) | index), language, (ushort)length));
        return bytes.Length >= 2 && bytes[0] >= 2 && bytes[1] == (byte)type ? bytes : [];
    }

    /// <summary>One control transfer from the device. Empty if it stalls.</summary>
    private byte[] ControlIn(SetupPacket setup)
    {
        try
        {
            using var stream = new NetworkStream(_socket, ownsSocket: false);
            return ControlIn(stream, setup);
        }
        catch (ProtocolException error)
        {
            throw new CommandException(ExitCode.ProtocolError, $"{_host} broke the protocol: {error.Message}", cause: error);
        }
        catch (IOException error) when (error is EndOfStreamException || error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            throw new CommandException(
                ExitCode.Network, $"{_host} closed the session with {Record.BusId}.", $"look into the log of the server on {_host.Host}.", error);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"{Record.BusId} of {_host} did not answer the control request {setup} in time.",
                "unplug the device from the host and plug it in again.",
                error);
        }
    }

    private byte[] ControlIn(NetworkStream stream, SetupPacket setup)
    {
        Span<byte> message = stackalloc byte[SubmitRequest.Size];
        var seqnum = ++_seqnum;
        new SubmitRequest(seqnum, Record.DeviceId, UrbDirection.In, 0, TransferFlags.None, setup.Length, 0, 0, 0, setup).Write(message);
        stream.Write(message);
        stream.ReadExactly(message);
        var header = UrbHeader.Read(message);
        if (header.Command != UrbCommand.SubmitReply || header.Seqnum != seqnum)
        {
            throw new ProtocolException($"{header.Command} with seqnum {header.Seqnum} does not answer CMD_SUBMIT seqnum {seqnum}.");
        }

        var reply = SubmitReply.Read(header, message);
        if (reply.ActualLength < 0 || reply.ActualLength > setup.Length)
        {
            throw new ProtocolException(
                $"RET_SUBMIT seqnum {seqnum}: actual_length {reply.ActualLength} is not within the {setup.Length} bytes that were asked for.");
        }

        var data = new byte[reply.ActualLength];
        stream.ReadExactly(data);
        return reply.Status is UrbStatus.Ok or UrbStatus.ShortRead ? data : [];
    }
}
