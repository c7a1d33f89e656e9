"""An image is made again when what it is made from has changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from runbook_lib.testbed import images
from runbook_lib.testbed.layout import Layout


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A testbed whose recipes may be changed."""
    shutil.copytree(images._RECIPES, tmp_path / "recipes")
    monkeypatch.setattr(images, "_RECIPES", tmp_path / "recipes")
    (tmp_path / "data").mkdir()
    return Layout(tmp_path / "state", tmp_path / "data")


def _all_made(layout: Layout) -> None:
    recipes = images.missing(layout)
    made = {recipe.folder: images.fingerprint(recipe) for recipe in recipes}
    layout.images_made.write_text(json.dumps(made))


def test_at_first_every_image_is_missing_and_the_base_comes_first(layout: Layout) -> None:
    found = [recipe.folder for recipe in images.missing(layout)]

    assert found[0] == "debian"
    assert sorted(found[1:]) == sorted(path.name for path in images._RECIPES.iterdir())


def test_what_was_made_is_not_missing(layout: Layout) -> None:
    _all_made(layout)

    assert images.missing(layout) == []


def test_a_changed_recipe_is_made_again_and_no_other(layout: Layout) -> None:
    _all_made(layout)
    (images._RECIPES / "nginx" / "default.conf").write_text("server {}")

    assert [recipe.folder for recipe in images.missing(layout)] == ["nginx"]


def test_a_damaged_list_means_that_all_are_made_again(layout: Layout) -> None:
    layout.images_made.write_text("{")

    assert len(images.missing(layout)) == len(images.RECIPES) + 1


def test_the_official_names_are_served() -> None:
    names = images.names()

    wanted = (
        "hello-world:latest",
        "debian:latest",
        "nginx:latest",
        "curlimages/curl:latest",
        "python:3.11-slim",
        "rabbitmq:3-management",
        "mongo:latest",
        "registry:2",
    )
    assert [name for name in wanted if name not in names] == []
