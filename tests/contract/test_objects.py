"""Networks, volumes, images and ownership on a real engine: one test, one obligation."""

from __future__ import annotations

import pytest

from runbook_lib.engine import Engine
from runbook_lib.errors import BuildFailed, ImageNotFound, OwnershipError
from runbook_lib.outcome import Change

pytestmark = pytest.mark.docker


def test_a_network_is_created_once_and_kept(engine: Engine, unique: str) -> None:
    changes = [engine.network(unique).outcome.change for _ in range(2)]

    assert changes == [Change.CREATED, Change.KEPT]
    assert len(engine.api.networks(names=[f"^{unique}$"])) == 1


def test_the_network_of_somebody_else_is_not_used(engine: Engine, unique: str) -> None:
    engine.api.create_network(unique)

    with pytest.raises(OwnershipError, match=f'network "{unique}" exists'):
        engine.network(unique)

    engine.api.remove_network(unique)


def test_containers_of_a_network_reach_each_other_by_name(engine: Engine, unique: str) -> None:
    net = engine.network(unique)
    engine.run("nginx", name=unique, network=net, detach=True)

    inside = engine.run("curlimages/curl", "-sS", f"http://{unique}/", network=net, remove=True)
    outside = engine.run("curlimages/curl", "-sS", f"http://{unique}/", remove=True)

    assert "Welcome to nginx!" in inside.stdout
    assert (outside.exit_code, outside.stdout) == (6, "")


def test_a_volume_keeps_its_data_when_it_is_asked_for_again(engine: Engine, unique: str) -> None:
    first = engine.volume(unique)
    engine.run("debian", "sh", "-c", "echo Hello > /v/f", volumes={first: "/v"}, remove=True)

    again = engine.volume(unique)
    reader = engine.run("debian", "cat", "/v/f", volumes={again: "/v"}, remove=True)

    assert again.outcome.change is Change.KEPT
    assert reader.stdout == "Hello\n"


def test_the_volume_of_somebody_else_is_not_used(engine: Engine, unique: str) -> None:
    engine.api.create_volume(unique)

    with pytest.raises(OwnershipError, match=f'volume "{unique}" exists'):
        engine.volume(unique)

    engine.api.remove_volume(unique)


def test_an_image_is_pulled_once(engine: Engine) -> None:
    engine.pull("hello-world")

    assert engine.pull("hello-world").outcome.change is Change.KEPT


def test_a_tag_that_the_registry_lacks_is_told_with_its_answer(engine: Engine) -> None:
    with pytest.raises(ImageNotFound) as caught:
        engine.pull("nginx:nope")

    assert "manifest unknown" in caught.value.facts[0]


def test_a_build_is_created_then_kept_then_changed(engine: Engine, unique: str) -> None:
    first = engine.build(unique, dockerfile="FROM debian\nRUN echo one > /f\n")
    second = engine.build(unique, dockerfile="FROM debian\nRUN echo one > /f\n")
    third = engine.build(unique, dockerfile="FROM debian\nRUN echo two > /f\n")

    assert [image.outcome.change for image in (first, second, third)] == [
        Change.CREATED,
        Change.KEPT,
        Change.CHANGED,
    ]
    assert (first.cached, second.cached, third.cached) == (False, True, False)


def test_a_failing_step_is_named_with_its_output(engine: Engine, unique: str) -> None:
    with pytest.raises(BuildFailed, match="step 3 failed") as caught:
        engine.build(unique, dockerfile="FROM debian\nRUN true\nRUN echo oh no; exit 7\n")

    assert "| oh no" in caught.value.facts
    assert not engine.has_image(unique)


def test_a_dockerfile_that_is_none_is_told_before_any_step(engine: Engine, unique: str) -> None:
    with pytest.raises(BuildFailed, match="cannot be built"):
        engine.build(unique, dockerfile="FORM debian\n")


def test_a_base_image_that_does_not_exist_is_told(engine: Engine, unique: str) -> None:
    with pytest.raises(ImageNotFound, match="its base image was not found"):
        engine.build(unique, dockerfile="FROM nginx:nope\n")


def test_the_image_of_somebody_else_is_not_replaced(engine: Engine, unique: str) -> None:
    engine.api.tag("debian", unique)

    with pytest.raises(OwnershipError, match=f'image "{unique}" exists'):
        engine.build(unique, dockerfile="FROM debian\nRUN true\n")

    engine.api.remove_image(unique)


def test_all_that_is_owned_goes_and_nothing_else(engine: Engine, unique: str) -> None:
    other = engine.for_instance(f"{unique}-other")
    other.volume(f"{unique}-other")
    net = engine.network(unique)
    engine.run("nginx", name=unique, network=net, detach=True)
    engine.volume(unique)
    engine.build(unique, dockerfile="FROM debian\nRUN true\n")
    before = {each.name for each in engine.others()}

    removed = engine.remove_all(engine.owned())

    assert [(each.change, each.kind, each.name) for each in removed] == [
        (Change.REMOVED, kind, unique) for kind in ("container", "network", "volume", "image")
    ]
    assert len(engine.owned()) == 0
    assert {each.name for each in engine.others()} >= {f"{unique}-other"} <= before
    other.remove_all(other.owned())


def test_what_has_gone_meanwhile_is_passed_over(engine: Engine, unique: str) -> None:
    engine.volume(unique)
    doomed = engine.owned()
    engine.remove_all(doomed)

    assert engine.remove_all(doomed) == []
