"""The command lines that are shown can be typed into a shell."""

import pytest

from runbook_lib.engine import commands
from runbook_lib.engine.spec import ContainerSpec


def test_run_names_every_part_of_the_spec() -> None:
    spec = ContainerSpec(
        image="nginx",
        command=("nginx", "-g", "daemon off;"),
        name="web",
        hostname="web.test",
        network="test",
        user="1000",
        restart="unless-stopped",
        ports=((8080, 80), (8443, 443)),
        volumes=(("pages", "/usr/share/nginx/html"),),
        environment=(("GREETING", "good day"),),
    )

    assert commands.run(spec, detach=True, remove=False) == (
        "docker run --detach --name web --hostname web.test --network test --user 1000 "
        "--restart unless-stopped --publish 8080:80 --publish 8443:443 "
        "--volume pages:/usr/share/nginx/html --env 'GREETING=good day' "
        "nginx nginx -g 'daemon off;'"
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("rm", "web"), "docker rm web"),
        (("run", "a b"), "docker run 'a b'"),
        (("run", "$HOME;rm"), "docker run '$HOME;rm'"),
        (("run", "echo 'a' > b"), """docker run "echo 'a' > b\""""),
        (("run", "echo '$a'"), """docker run 'echo '"'"'$a'"'"''"""),
    ],
)
def test_words_are_quoted_where_a_shell_needs_it(words: tuple[str, ...], line: str) -> None:
    assert commands.docker(*words) == line


def test_build_reads_its_dockerfile_from_standard_input() -> None:
    line = commands.build("test-image", "FROM debian\nRUN echo $HOME\n")

    assert line == "docker build --tag test-image - <<'EOF'\nFROM debian\nRUN echo $HOME\nEOF"
