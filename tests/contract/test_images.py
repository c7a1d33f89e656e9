"""What the notebooks rely on in the images that they name, official ones and stand-ins alike."""

from __future__ import annotations

import pytest

from runbook_lib.engine import Engine
from runbook_lib.waiting import NotYet, until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(180)]

_OBLIGATIONS = [
    ("hello-world", (), "Hello from Docker!"),
    ("debian", ("sh", "-c", ". /etc/os-release; echo $ID"), "debian"),
    ("debian:bookworm-slim", ("cat", "/etc/debian_version"), "12."),
    ("nginx", ("cat", "/usr/share/nginx/html/index.html"), "<title>Welcome to nginx!</title>"),
    ("nginx", ("cat", "/etc/nginx/conf.d/default.conf"), "/usr/share/nginx/html"),
    ("nginx", ("id", "-un", "nginx"), "nginx"),
    ("nginx", ("curl", "--version"), "curl "),
    ("nginx", ("nginx", "-t"), "20-envsubst-on-templates.sh"),
    ("nginx", ("sh", "-c", "command -v envsubst"), "envsubst"),
    ("curlimages/curl", ("--version",), "curl "),
    ("curlimages/curl", ("sh", "-c", "id -u | grep -vx 0 && echo not root"), "not root"),
    ("python:3.11-slim", ("python", "--version"), "Python 3.11"),
    ("python:3.11-slim", ("pip", "--version"), "pip "),
    ("python:3-slim", ("python3", "-c", "import venv, ssl; print('complete')"), "complete"),
    ("python:3.11-slim", ("sh", "-c", "ldconfig -p"), "libpython3.11.so.1.0"),
    ("registry:2", ("registry", "--version"), "registry"),
    ("registry:2", ("cat", "/etc/docker/registry/config.yml"), "rootdirectory: /var/lib/registry"),
]


@pytest.mark.parametrize(("image", "command", "says"), _OBLIGATIONS)
def test_an_image_keeps_its_contract(
    engine: Engine, image: str, command: tuple[str, ...], says: str
) -> None:
    finished = engine.run(image, *command, remove=True)

    assert finished.succeeded, finished.output
    assert says in finished.output


def test_rabbitmq_takes_its_user_from_the_environment(engine: Engine, unique: str) -> None:
    engine.run(
        "rabbitmq:3-management",
        name=unique,
        hostname="rabbitmq",
        volumes={engine.volume(unique): "/var/lib/rabbitmq"},
        environment={"RABBITMQ_DEFAULT_USER": "ann", "RABBITMQ_DEFAULT_PASS": "secret"},
        detach=True,
    )

    _until(engine, unique, "rabbitmq-diagnostics", "-q", "check_port_connectivity")
    users = _exec(engine, unique, "rabbitmqctl", "-q", "list_users")
    page = _until(engine, unique, "rabbitmq-diagnostics", "-q", "listeners")

    assert "ann" in users
    assert "15672" in page


def test_mongo_answers_a_ping_also_after_it_was_killed(engine: Engine, unique: str) -> None:
    engine.run("mongo", name=unique, volumes={engine.volume(unique): "/data/db"}, detach=True)
    ping = ("mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok")

    first = _until(engine, unique, *ping)
    engine.api.kill(unique)
    engine.api.start(unique)

    assert (first.strip(), _until(engine, unique, *ping).strip()) == ("1", "1")


def _until(engine: Engine, name: str, *command: str) -> str:
    def look() -> str:
        try:
            return _exec(engine, name, *command)
        except AssertionError as error:
            raise NotYet(str(error)) from error

    return until(look, what=f"{command[0]} in {name}", timeout=90)


def _exec(engine: Engine, name: str, *command: str) -> str:
    made = engine.api.exec_create(name, list(command))
    output: bytes = engine.api.exec_start(made["Id"])
    assert engine.api.exec_inspect(made["Id"])["ExitCode"] == 0, output.decode()
    return output.decode()
