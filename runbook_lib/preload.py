"""What a kernel imports while it waits for its stage: the heavy packages, ahead of their use."""

import docker
import requests

from runbook_lib import engine, stage

__all__ = ["docker", "engine", "requests", "stage"]
