"""A notebook that is being executed: what it is executed with, and the way to interrupt it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from runbook_lib.runner.kernels import Kernel
from runbook_lib.secrets import Mask

#: The status of a cell during which the run was interrupted; papermill has no word for it.
INTERRUPTED = "interrupted"
#: Seconds that a notebook's own clean-up has after an interrupt or a time-out.
GRACE = 10.0


@dataclass(slots=True)
class Execution:
    """One execution of one notebook."""

    kernel: Kernel
    mask: Mask = field(default_factory=Mask)
    #: Is told of each cell: its index, and its status.
    on_cell: Callable[[int, str], None] = lambda _index, _status: None
    grace: float = GRACE
    interrupted: threading.Event = field(default_factory=threading.Event)

    def interrupt(self) -> None:
        """End the running cell with a KeyboardInterrupt, and start no other."""
        self.interrupted.set()
        self.kernel.interrupt(self.grace)
