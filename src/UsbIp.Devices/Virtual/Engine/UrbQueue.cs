namespace UsbIp.Devices.Virtual.Engine;

/// <summary>Transfers in the order of their submits, linked through themselves: queueing and cancelling allocate nothing.</summary>
internal sealed class UrbQueue
{
    private VirtualUrb? _tail;

    public VirtualUrb? Head { get; private set; }

    public int Count { get; private set; }

    public void Add(VirtualUrb urb, Pipe pipe)
    {
        urb.Pipe = pipe;
        urb.Previous = _tail;
        urb.Next = null;
        if (_tail is null)
        {
            Head = urb;
        }
        else
        {
            _tail.Next = urb;
        }

        _tail = urb;
        Count++;
    }

    public void Remove(VirtualUrb urb)
    {
        if (urb.Previous is null)
        {
            Head = urb.Next;
        }
        else
        {
            urb.Previous.Next = urb.Next;
        }

        if (urb.Next is null)
        {
            _tail = urb.Previous;
        }
        else
        {
            urb.Next.Previous = urb.Previous;
        }

        urb.Pipe = null;
        urb.Previous = null;
        urb.Next = null;
        Count--;
    }
}
