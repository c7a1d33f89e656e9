"""Labels say who owns an object, and are the same in every run."""

from runbook_lib.labels import INSTANCE, SPEC, STAGE, Owner, spec_hash


def test_the_labels_name_instance_stage_and_wanted_state() -> None:
    labels = Owner("runbook", "networks").labels({"name": "test"})

    assert labels == {
        INSTANCE: "runbook",
        STAGE: "networks",
        SPEC: spec_hash({"name": "test"}),
    }


def test_the_order_of_facts_does_not_change_the_hash() -> None:
    assert spec_hash({"a": 1, "b": [2]}) == spec_hash({"b": [2], "a": 1})


def test_an_owner_knows_the_objects_of_its_instance_only() -> None:
    owner = Owner("runbook", "networks")

    assert owner.owns({INSTANCE: "runbook", STAGE: "volumes"})
    assert not owner.owns({INSTANCE: "another"})
    assert not owner.owns({})
    assert not owner.owns(None)
