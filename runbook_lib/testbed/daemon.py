"""The testbed's Docker Engine: its own configuration, socket and folders, in a mount namespace
where Docker Hub's name leads to the testbed's registry.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from runbook_lib.engine import ping
from runbook_lib.errors import TargetError
from runbook_lib.testbed import processes, registry
from runbook_lib.testbed.certificates import NAMES, Certificates
from runbook_lib.testbed.layout import Layout
from runbook_lib.testbed.steps import Steps
from runbook_lib.waiting import NotYet, until

NAME = "dockerd"
_PATIENCE = 60
_OWN_BRIDGE = "runbook0"
_BRIDGE = re.compile(r"^\d+: (docker0|br-[0-9a-f]{12})[:@]", re.MULTILINE)
#: Where the engine runs, the hosts file is one of its own; nobody else sees those names.
_IN_OWN_NAMESPACE = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'


def url(layout: Layout) -> str:
    """Give the engine's address, as in DOCKER_HOST."""
    return f"unix://{layout.socket}"


def start(layout: Layout, certificates: Certificates) -> bool:
    """Start the engine unless it answers, and say whether it was started.

    Raises:
        TargetError: the engine ended at once; its last log lines are among the facts.
        NotReady: it did not answer in time.
    """
    if processes.alive(NAME, layout.pids) and not ping.refusal(url(layout)):
        return False

    processes.stop(NAME, layout.pids, config=_config_file(layout))
    clear_leftovers(layout)
    hosts = layout.state / "hosts"
    hosts.write_text(_hosts())
    config = _config_file(layout)
    settings = _config(layout)
    if _other_engine():
        settings["bridge"] = _make_bridge()
    config.write_text(json.dumps(settings, indent=2))
    processes.start(
        NAME,
        ["unshare", "--mount", "--propagation", "slave"]
        + ["sh", "-c", _IN_OWN_NAMESPACE, "sh", str(hosts)]
        + ["dockerd", "--config-file", str(config)],
        pids=layout.pids,
        log=layout.docker_log,
        env={**os.environ, "SSL_CERT_FILE": str(certificates.bundle), "PATH": _path()},
    )
    until(lambda: _look(layout), what="the testbed's engine", timeout=_PATIENCE)
    return True


def stop(layout: Layout, steps: Steps) -> bool:
    """Stop the engine and all that runs in it, and remove its bridges and firewall rules."""
    was_there = processes.stop(NAME, layout.pids, config=_config_file(layout))
    clear_leftovers(layout)
    subprocess.run(["ip", "link", "delete", _OWN_BRIDGE], capture_output=True, check=False)
    if not _other_engine():
        _remove_network(steps)
    return was_there


def clear_leftovers(layout: Layout) -> None:
    """End what an engine that was killed has left running below this testbed's folder."""
    for process in processes.mentioning(layout.exec_root):
        processes.kill_with_children(process)
    # A process id in a file that is left may be another process's, or one that nobody has buried.
    containerd = layout.exec_root / "containerd" / "containerd.pid"
    for stale in (layout.socket, layout.state / "dockerd.pid", containerd):
        stale.unlink(missing_ok=True)


def _look(layout: Layout) -> None:
    if not processes.alive(NAME, layout.pids):
        lines = layout.docker_log.read_text(errors="replace").splitlines()[-4:]
        raise TargetError(
            "the testbed's Docker Engine has ended",
            *(f"| {line}" for line in lines),
            hint=f"its whole log is {layout.docker_log}",
        )
    if reason := ping.refusal(url(layout)):
        raise NotYet(reason)


def _config_file(layout: Layout) -> Path:
    return layout.state / "daemon.json"


def _config(layout: Layout) -> dict[str, object]:
    return {
        "hosts": [url(layout)],
        "data-root": str(layout.docker_root),
        "exec-root": str(layout.exec_root),
        "pidfile": str(layout.state / "dockerd.pid"),
        "log-level": "warn",
        "shutdown-timeout": 5,
    }


def _hosts() -> str:
    system = Path("/etc/hosts")
    own = system.read_text() if system.exists() else "127.0.0.1 localhost\n"
    return f"{own}\n{registry.ADDRESS} {' '.join(NAMES)}\n"


def _other_engine() -> bool:
    """Say whether a Docker Engine that is not ours runs on this machine."""
    import psutil

    return any(
        process.info["name"] == "dockerd" and process.info["status"] != psutil.STATUS_ZOMBIE
        for process in psutil.process_iter(["name", "status"])
    )


def _make_bridge() -> str:
    """Make a bridge beside docker0, which belongs to the other engine."""
    if not Path("/sys/class/net", _OWN_BRIDGE).exists():
        subprocess.run(["ip", "link", "add", _OWN_BRIDGE, "type", "bridge"], check=True)
    return _OWN_BRIDGE


def _remove_network(steps: Steps) -> None:
    links = steps.run(["ip", "-o", "link", "show", "type", "bridge"], what="listing bridges")
    for bridge in _BRIDGE.findall(links):
        steps.run(["ip", "link", "delete", bridge], what=f"removing bridge {bridge}")
    with suppress(OSError, subprocess.CalledProcessError):
        for save, restore in (
            ("iptables-save", "iptables-restore"),
            ("ip6tables-save", "ip6tables-restore"),
        ):
            rules = subprocess.run([save], capture_output=True, text=True, check=True).stdout
            kept = [line for line in rules.splitlines() if "DOCKER" not in line and not _OURS(line)]
            if len(kept) < len(rules.splitlines()):
                subprocess.run([restore], input="\n".join(kept) + "\n", text=True, check=True)


_OURS = re.compile(r"(docker0|br-[0-9a-f]{12}|-s ([\d.]+)/32 -d \2/32 .*MASQUERADE)").search


def _path() -> str:
    return (
        f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    )
