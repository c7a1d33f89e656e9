"""A wanted container is refused before the engine is asked, where it cannot be right."""

import pytest

from runbook_lib.engine.spec import ContainerSpec
from runbook_lib.errors import BadValue
from runbook_lib.labels import spec_hash


@pytest.mark.parametrize("name", ["-web", "a", "we b", "wéb", "web/1"])
def test_a_name_that_docker_refuses_is_refused(name: str) -> None:
    with pytest.raises(BadValue, match="cannot be the name of a container"):
        ContainerSpec(image="nginx", name=name)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(BadValue, match=f"{port} is not a port"):
        ContainerSpec(image="nginx", ports=((port, 80),))


def test_equal_specs_have_equal_hashes_and_others_do_not() -> None:
    spec = ContainerSpec(image="nginx", ports=((80, 80),))

    assert spec_hash(spec.facts()) == spec_hash(
        ContainerSpec(image="nginx", ports=((80, 80),)).facts()
    )
    assert spec_hash(spec.facts()) != spec_hash(
        ContainerSpec(image="nginx", ports=((81, 80),)).facts()
    )
