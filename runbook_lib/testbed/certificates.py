"""The testbed's own certificate authority, and the certificate of its registry."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from runbook_lib.testbed import machine
from runbook_lib.testbed.steps import Steps

#: Docker Hub's name, and the name under which images are pushed here.
NAMES = ("registry-1.docker.io", "registry.test")
_DAYS = "3650"


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of the authority and of the registry."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The registry's certificate."""
        return self.folder / "registry.pem"

    @property
    def key(self) -> Path:
        """The registry's key."""
        return self.folder / "registry.key"

    @property
    def bundle(self) -> Path:
        """What the engine trusts: all that this machine trusts, and the testbed's authority."""
        return self.folder / "bundle.pem"


def make(steps: Steps, folder: Path) -> Certificates:
    """Make the certificates unless they are there, and the bundle anew each time."""
    made = Certificates(folder)
    if not made.certificate.exists():
        scratch = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True, mode=0o700)
        _issue(steps, Certificates(scratch))
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    made.bundle.write_bytes(machine.ca_bundle().read_bytes() + made.authority.read_bytes())
    return made


def _issue(steps: Steps, new: Certificates) -> None:
    what = "making the registry's certificate"
    ca_key, request = new.folder / "ca.key", new.folder / "registry.csr"
    names = new.folder / "names.cnf"
    names.write_text(f"subjectAltName={','.join(f'DNS:{name}' for name in NAMES)}\n")
    elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    steps.run(
        ["openssl", "req", "-x509", *elliptic, "-days", _DAYS, "-subj", "/CN=runbook testbed"]
        + ["-keyout", str(ca_key), "-out", str(new.authority)],
        what=what,
    )
    steps.run(
        ["openssl", "req", *elliptic, "-subj", f"/CN={NAMES[0]}"]
        + ["-keyout", str(new.key), "-out", str(request)],
        what=what,
    )
    steps.run(
        ["openssl", "x509", "-req", "-in", str(request), "-days", _DAYS, "-CAcreateserial"]
        + ["-CA", str(new.authority), "-CAkey", str(ca_key), "-extfile", str(names)]
        + ["-out", str(new.certificate)],
        what=what,
    )
