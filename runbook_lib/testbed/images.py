"""The testbed's images: made from Debian packages by readable recipes, and pushed to its registry.

A recipe is a folder with a Dockerfile. An image is made again when its recipe, or one that it
stands on, has changed; what is in the registry is pulled from there by its official name.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runbook_lib.errors import TargetError
from runbook_lib.testbed import machine, packages
from runbook_lib.testbed.layout import Layout
from runbook_lib.testbed.steps import Steps

if TYPE_CHECKING:
    from docker import APIClient

_RECIPES = Path(__file__).parent / "images"
_HUB = "registry.test"
_BASE = "runbook-testbed/debian"
_RELEASE = "bookworm"
#: A wheel index of the machine's own is passed on to builds, but stays out of the images.
_BUILD_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
_WORKERS = 3
_GUARD = threading.Lock()


@dataclass(frozen=True, slots=True)
class Recipe:
    """An image: the folder of its Dockerfile, and the official names that it answers to."""

    folder: str
    #: As in Docker Hub's paths; official images lie below `library`.
    repository: str
    tags: Sequence[str]

    @property
    def local(self) -> str:
        """The name under which the image is built, which nobody else uses."""
        return f"runbook-testbed/{self.folder}"


RECIPES = (
    Recipe("hello-world", "library/hello-world", ("latest", "linux")),
    Recipe("nginx", "library/nginx", ("latest", "stable", "1.22")),
    Recipe("curl", "curlimages/curl", ("latest", "7.88.1")),
    Recipe("python", "library/python", ("latest", "3", "3.11", "3-slim", "3.11-slim")),
    Recipe("registry", "library/registry", ("2", "2.8")),
    Recipe("rabbitmq", "library/rabbitmq", ("3-management", "3.10-management")),
    Recipe("mongo", "library/mongo", ("latest", "7")),
)
_DEBIAN = Recipe(
    "debian", "library/debian", ("latest", "stable", "12", _RELEASE, f"{_RELEASE}-slim")
)


def missing(layout: Layout) -> list[Recipe]:
    """List the images that are not in the registry as their recipes want them, the base first."""
    made = _made(layout)
    return [
        recipe for recipe in (_DEBIAN, *RECIPES) if made.get(recipe.folder) != fingerprint(recipe)
    ]


def names() -> list[str]:
    """List the official names that the testbed's registry answers to."""
    return [
        f"{recipe.repository.removeprefix('library/')}:{tag}"
        for recipe in (_DEBIAN, *RECIPES)
        for tag in recipe.tags
    ]


def make_base(layout: Layout, steps: Steps) -> Path:
    """Make the file system of the Debian base, unless it is there."""
    archive = layout.data / "base" / f"{fingerprint(_DEBIAN)}.tar"
    if archive.exists():
        return archive

    archive.parent.mkdir(parents=True, exist_ok=True)
    scratch = archive.with_suffix(".new.tar")
    bundle = machine.ca_bundle()
    steps.run(
        ["mmdebstrap", "--variant=minbase", "--include=ca-certificates"]
        # The builds reach what this machine reaches: they trust whom it trusts.
        + [f"--customize-hook=upload {bundle} /etc/ssl/certs/ca-certificates.crt"]
        + [_RELEASE, str(scratch), packages.mirror(steps)],
        what="making the Debian base",
    )
    scratch.rename(archive)
    return archive


def publish(layout: Layout, steps: Steps, url: str, base: Path) -> list[str]:
    """Build what is missing, push it to the registry, and name what was built."""
    wanted = missing(layout)
    if not wanted:
        return []

    _publish_base(layout, steps, url, base)
    built = [_DEBIAN.folder] if _DEBIAN in wanted else []
    others = [recipe for recipe in wanted if recipe is not _DEBIAN]
    with ThreadPoolExecutor(_WORKERS) as pool:
        built += pool.map(lambda recipe: _build_and_push(layout, steps, url, recipe), others)
    client = _client(url)
    for recipe in (_DEBIAN, *RECIPES):
        _forget(client, recipe.local)
    client.prune_images({"dangling": True})
    return built


def fingerprint(recipe: Recipe) -> str:
    """Hash a recipe with all that it is made from."""
    digest = hashlib.sha256(repr((recipe, _RELEASE)).encode())
    if recipe is not _DEBIAN:
        for path in sorted((_RECIPES / recipe.folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    with suppress(OSError):
        digest.update(machine.ca_bundle().read_bytes())
    return digest.hexdigest()[:16]


def _publish_base(layout: Layout, steps: Steps, url: str, base: Path) -> None:
    with steps.step("image debian"):
        steps.run(
            ["docker", "--host", url, "import", "--change", 'CMD ["bash"]', str(base), _BASE],
            what="importing the Debian base",
        )
        _push(_client(url), steps, _DEBIAN)
        _remember(layout, _DEBIAN)


def _build_and_push(layout: Layout, steps: Steps, url: str, recipe: Recipe) -> str:
    with steps.step(f"image {recipe.repository.removeprefix('library/')}"):
        client = _client(url)
        _build(client, steps, recipe)
        _push(client, steps, recipe)
        _remember(layout, recipe)
    return recipe.folder


def _build(client: APIClient, steps: Steps, recipe: Recipe) -> None:
    output: list[str] = []
    for message in client.build(
        fileobj=_context(_RECIPES / recipe.folder),
        custom_context=True,
        tag=recipe.local,
        rm=True,
        forcerm=True,
        decode=True,
        buildargs={name: os.environ[name] for name in _BUILD_VARIABLES if name in os.environ},
    ):
        output.append(str(message.get("stream", message.get("error", ""))))
        if "error" in message:
            steps.write("".join(output))
            raise TargetError(
                f'the testbed\'s image "{recipe.folder}" could not be built',
                *(f"| {line}" for line in "".join(output).strip().splitlines()[-5:]),
                hint=f"the whole output is in {steps.log}",
            )
    steps.write("".join(output))


def _context(folder: Path) -> io.BytesIO:
    """Pack a recipe's folder; without times and owners, so that the cache recognises it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(folder.iterdir()):
            entry = tarfile.TarInfo(path.name)
            entry.size = path.stat().st_size
            entry.mode = 0o755 if path.suffix in {".sh", ""} else 0o644
            archive.addfile(entry, io.BytesIO(path.read_bytes()))
    packed.seek(0)
    return packed


def _push(client: APIClient, steps: Steps, recipe: Recipe) -> None:
    for tag in recipe.tags:
        name = f"{_HUB}/{recipe.repository}"
        client.tag(recipe.local, name, tag)
        for message in client.push(name, tag=tag, stream=True, decode=True):
            if "error" in message:
                steps.write(json.dumps(message))
                raise TargetError(f"{name}:{tag} could not be pushed", str(message["error"]))
        # What is pulled later by its official name is then really pulled, and is the new one.
        _forget(client, f"{name}:{tag}")
        _forget(client, f"{recipe.repository.removeprefix('library/')}:{tag}")


def _forget(client: APIClient, name: str) -> None:
    from docker.errors import APIError

    with suppress(APIError):
        client.remove_image(name, force=True)


def _made(layout: Layout) -> Mapping[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads(layout.images_made.read_text())
        return {str(name): str(value) for name, value in found.items()}
    return {}


def _remember(layout: Layout, recipe: Recipe) -> None:
    with _GUARD:
        scratch = layout.images_made.with_suffix(".new")
        scratch.write_text(json.dumps({**_made(layout), recipe.folder: fingerprint(recipe)}))
        scratch.replace(layout.images_made)


def _client(url: str) -> APIClient:
    from docker import APIClient

    return APIClient(base_url=url, version="auto", timeout=600)
