"""The Docker vocabulary: short, typed verbs over the official SDK; it chooses no engine itself."""

from runbook_lib.engine.containers import Container
from runbook_lib.engine.engine import Engine
from runbook_lib.engine.groups import Group, Planned
from runbook_lib.engine.images import Image
from runbook_lib.engine.networks import Network
from runbook_lib.engine.oneshot import Finished
from runbook_lib.engine.volumes import Volume

__all__ = ["Container", "Engine", "Finished", "Group", "Image", "Network", "Planned", "Volume"]
