"""A real Docker Engine with images and a registry, made of Debian packages alone.

It is for machines that reach a Debian mirror and a Python index, and nothing else. It is a server:
no part of the library but the command line knows it.
"""

from runbook_lib.testbed.bed import Part, Record, down, status, up
from runbook_lib.testbed.machine import obstacle
from runbook_lib.testbed.steps import Report, StepEvent

__all__ = ["Part", "Record", "Report", "StepEvent", "down", "obstacle", "status", "up"]
