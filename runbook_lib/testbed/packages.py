"""Debian packages: installed without starting services, or unpacked into a folder of our own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from runbook_lib.errors import TargetError
from runbook_lib.testbed.steps import Steps

#: What the engine, the images and the registry need.
NEEDED = (
    "ca-certificates",
    "debian-archive-keyring",
    "docker-registry",
    "docker.io",
    "iproute2",
    "iptables",
    "mmdebstrap",
    "openssl",
)
#: Debian 13 has the docker command line in a package of its own.
WHERE_THERE = ("docker-cli",)
_PROGRAMS = ("dockerd", "docker", "iptables", "ip", "docker-registry", "mmdebstrap", "openssl")
_DEBIAN = "http://deb.debian.org/debian"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
#: The release whose Compose and buildx are new enough, and still run on Debian 12.
_PLUGIN_RELEASE = "trixie"
_PLUGINS = {"docker-compose": "docker-compose", "docker-buildx": "docker-buildx"}

#: In a mount namespace of its own, the two programs by which packages start services do nothing.
_WITHOUT_SERVICES = """
for program in /usr/sbin/invoke-rc.d /usr/bin/deb-systemd-invoke; do
    if [ -e "$program" ]; then mount --bind /bin/true "$program"; fi
done
exec "$@"
"""


def install(steps: Steps) -> bool:
    """Install what is missing, without starting any service, and say whether anything was.

    Raises:
        TargetError: apt failed, as it does without a network.
    """
    if all(shutil.which(program, path=_system_path()) for program in _PROGRAMS):
        return False

    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": _system_path()}
    steps.run(["apt-get", "update", "-q"], what="reading the package lists", env=quiet)
    known = [name for name in WHERE_THERE if _is_known(steps, name)]
    steps.run(
        ["unshare", "--mount", "sh", "-c", _WITHOUT_SERVICES, "sh"]
        + ["apt-get", "install", "-qy", "--no-install-recommends", *NEEDED, *known],
        what="installing packages",
        env=quiet,
    )
    return True


def mirror(steps: Steps) -> str:
    """Name the Debian mirror that this machine's own apt sources name."""
    targets = steps.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"],
        what="reading the apt sources",
    )
    for origin, _, uri in (line.partition(" ") for line in targets.splitlines()):
        if origin == "Debian" and "security" not in uri:
            return uri.rstrip("/")
    return _DEBIAN


def add_plugins(steps: Steps, folder: Path) -> bool:
    """Unpack Compose and buildx into a folder, and say whether they were missing."""
    if not lacking_plugins(folder):
        return False

    scratch = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    for package in _download(steps, scratch / "apt"):
        steps.run(["dpkg-deb", "-x", str(package), str(scratch / "root")], what="unpacking")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PLUGINS:
        found = next((scratch / "root").rglob(f"cli-plugins/{name}"), None)
        if found is None:
            raise TargetError(f"the package of {name} has no such plug-in")
        shutil.copy2(found.resolve(), folder / name)
    shutil.rmtree(scratch)
    return True


def lacking_plugins(folder: Path) -> list[str]:
    """Name the plug-ins that are not in the folder."""
    return [name for name in _PLUGINS if not (folder / name).is_file()]


def _download(steps: Steps, scratch: Path) -> list[Path]:
    """Download the plug-ins' packages with an apt of our own; the system's stays as it is."""
    for part in ("lists/partial", "cache/archives/partial", "debs"):
        (scratch / part).mkdir(parents=True)
    sources = scratch / "sources.list"
    sources.write_text(f"deb [signed-by={_KEYRING}] {mirror(steps)} {_PLUGIN_RELEASE} main\n")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": scratch / "lists",
        "Dir::Cache": scratch / "cache",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items())]
    steps.run([*apt, "update"], what=f"reading the lists of {_PLUGIN_RELEASE}")
    steps.run(
        [*apt, "download", *_PLUGINS.values()],
        what="downloading Compose and buildx",
        cwd=scratch / "debs",
    )
    return list((scratch / "debs").glob("*.deb"))


def _is_known(steps: Steps, package: str) -> bool:
    return bool(steps.run(["apt-cache", "madison", package], what="asking apt").strip())


def _system_path() -> str:
    """Give a search path with the system's folders, which a bare environment may lack."""
    return (
        f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    )
