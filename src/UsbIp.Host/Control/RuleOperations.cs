using UsbIp.Devices;
using UsbIp.Host.Configuration;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Control;

/// <summary>
/// What is done with aliases and rules, by the daemon, or on the file alone where none runs. Safe for use by several threads.
/// </summary>
/// <param name="configuration">Where they are kept.</param>
/// <param name="devices">The devices that are plugged in.</param>
/// <param name="findUse">What this machine uses a device for; null for nothing.</param>
/// <param name="apply">Called whenever what holds has changed.</param>
internal sealed partial class RuleOperations(
    HostConfiguration configuration, Func<IReadOnlyList<RegisteredDevice>> devices, Func<BusId, DeviceUse?> findUse, Action<HostRules> apply)
{
    private readonly Lock _gate = new();
    private Action? _reloadBegins;
    private Action? _reloadEnded;

    public HostRules Rules => configuration.Rules;

    public ConfigurationStatus Status => new(configuration.Path, configuration.Problem);

    public ConfigurationView Read() => ConfigurationView.Of(configuration.Path, configuration.Problem, configuration.Rules);

    /// <summary>Reads the file anew; a broken one leaves what holds, and the answer says what is wrong.</summary>
    public ConfigurationView Reload()
    {
        lock (_gate)
        {
            _reloadBegins?.Invoke();
            try
            {
                if (configuration.Load())
                {
                    apply(configuration.Rules);
                }
            }
            finally
            {
                _reloadEnded?.Invoke();
            }
        }

        return Read();
    }

    /// <summary>Says who is told, from now on, that the file begins to be read anew, and that this is done; by the thread that does it.</summary>
    public void TellOfReloads(Action begins, Action ended)
    {
        lock (_gate)
        {
            (_reloadBegins, _reloadEnded) = (begins, ended);
        }
    }

    /// <exception cref="CommandException">The name or an identity cannot be one, or the file cannot be changed.</exception>
    public ConfigurationView SetAlias(SetAliasRequest request)
    {
        if (AliasName.Problem(request.Name) is { } problem)
        {
            throw new CommandException(ExitCode.Usage, problem, "a name such as scanner");
        }

        var identities = request.Identities.Select(text => Lasting(DeviceChoice.Parse(text))).ToList();
        if (identities.Find(identity => !DeviceAlias.IsIdentity(identity)) is { } wrong)
        {
            throw new CommandException(
                ExitCode.Usage, $"'{wrong}' cannot stand behind an alias, which is for one device.", "serial:TEXT, VENDOR:PRODUCT, port:BUS-PORT or product:TEXT");
        }

        return Change(file =>
        {
            var old = request.Add ? file.Rules.Aliases.FirstOrDefault(alias => alias.Name == request.Name)?.Identities ?? [] : [];
            return file.SetAlias(new DeviceAlias(request.Name, [.. old.Concat(identities).DistinctBy(identity => identity.Text)]));
        });
    }

    /// <exception cref="CommandException">There is no such alias, or the file cannot be changed.</exception>
    public ConfigurationView RemoveAlias(RemoveAliasRequest request) => Change(file =>
    {
        if (file.Rules.Aliases.All(alias => alias.Name != request.Name))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no alias '{request.Name}'.", "usbip-host alias, which lists them");
        }

        var number = file.Rules.Rules.ToList().FindIndex(rule => rule.Alias == request.Name) + 1;
        return number > 0 // a deny that names nothing would deny nothing
            ? throw new CommandException(ExitCode.Usage, $"Rule {number} names the alias '{request.Name}'.", $"usbip-host rule remove {number}, first")
            : file.RemoveAlias(request.Name);
    });

    /// <exception cref="CommandException">The rule is none, is there already, or the file cannot be changed.</exception>
    public ConfigurationView AddRule(RuleView body)
    {
        if (body is { Allow: false, Force: true })
        {
            throw new CommandException(ExitCode.Usage, "A deny has no --force: it keeps the device from clients whatever this machine does with it.", "without --force");
        }

        if (body is { Allow: false } and ({ IdleReleaseSeconds: not null } or { AllowTakeOver: true }))
        {
            throw new CommandException(ExitCode.Usage, "A deny says nothing of how the device is shared: nobody gets it.", "without --idle-release and --allow-take-over");
        }

        if (body.IdleReleaseSeconds is { } seconds && !DurationText.IsWithin(seconds))
        {
            throw new CommandException(ExitCode.Usage, $"A device is taken back after 1s to 365d without use, not after {seconds} s.", "--idle-release 10m");
        }

        return AddRule(new DeviceRule(body.Allow, DeviceChoice.Parse(body.Device))
        {
            From = [.. body.From.Select(ParseRange)],
            Force = body.Force,
            Sharing = new ExportPolicy(body.IdleReleaseSeconds is { } time ? TimeSpan.FromSeconds(time) : null, body.AllowTakeOver),
        });
    }

    /// <exception cref="CommandException">There is no such rule, it is another one by now, or the file cannot be changed.</exception>
    public ConfigurationView RemoveRule(RemoveRuleRequest request) => Change(file =>
    {
        var now = ConfigurationView.Of("", null, file.Rules).Rules.FirstOrDefault(rule => rule.Number == request.Number);
        return now is not null && now.Allow == request.Seen.Allow && now.Device == request.Seen.Device && now.From.SequenceEqual(request.Seen.From)
            ? file.RemoveRule(request.Number)
            : throw new CommandException(ExitCode.NotFound, $"Rule {request.Number} is not that rule any more.", "usbip-host rule list");
    });

    /// <summary>Remembers an export as a rule.</summary>
    /// <returns>The rule, as the file has it.</returns>
    /// <exception cref="CommandException">The selector exports nothing, the device has nothing that lasts, or the file cannot be changed.</exception>
    public DeviceRule Keep(DeviceSelector selector, bool force, ExportPolicy sharing)
    {
        if (HostRules.WhyExportsNothing(selector) is { } reason)
        {
            throw new CommandException(ExitCode.Usage, $"'{selector}' exports nothing, also later: {reason}.", "usbip-host export BUSID --keep, or its serial: or VENDOR:PRODUCT");
        }

        var rule = new DeviceRule(IsAllow: true, Lasting(selector)) { Force = force, Sharing = sharing };
        if (!configuration.Rules.Rules.Any(existing => existing.ToString() == rule.ToString()))
        {
            AddRule(rule);
        }

        return rule;
    }

    private ConfigurationView AddRule(DeviceRule rule) => Change(file =>
    {
        if (file.Rules.Rules.Any(existing => existing.ToString() == rule.ToString()))
        {
            throw new CommandException(ExitCode.AlreadyRunning, $"There is such a rule already: {rule}.", "usbip-host rule list");
        }

        return rule.Alias is { } alias && file.Rules.Aliases.All(one => one.Name != alias)
            ? throw new CommandException(ExitCode.NotFound, $"There is no alias '{alias}'.", $"usbip-host alias {alias} SELECTOR, first")
            : file.AddRule(rule);
    });

    private ConfigurationView Change(Func<ConfigurationEditor, string> edit)
    {
        lock (_gate)
        {
            apply(configuration.Change(edit));
        }

        return Read();
    }

    /// <summary>A busid means the device that is there now, wherever it is plugged in next; other selectors mean what they say.</summary>
    private DeviceSelector Lasting(DeviceSelector selector)
    {
        if (selector.BusId is not { } busId)
        {
            return selector;
        }

        var all = devices().Select(device => device.Info).Where(device => !device.IsHub).Select(device => DeviceTraitsOf.Device(device, [])).ToList();
        var device = all.Find(device => device.BusId == busId) ?? throw CommandException.From(DeviceRefusal.NotFound(busId));
        return LastingName.Of(busId, all) ?? throw new CommandException(
            ExitCode.Usage, $"Device {device} has nothing that tells it from the others that are plugged in.", $"port:{busId}, for whatever is in that port");
    }

    private static AddressRange ParseRange(string text) => AddressRange.TryParse(text, out var range)
        ? range
        : throw new CommandException(ExitCode.Usage, $"'{text}' is no address of clients.", "--from 192.168.1.7, or --from 192.168.1.0/24");
}
