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
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _in_cell: bool = False

    def interrupt(self) -> None:
        """End the running cell with a KeyboardInterrupt, and start no other.

        A signal that arrives while no cell runs is lost in a kernel; then the cell that was about
        to begin gets it. A second call changes nothing: it would disturb the clean-up.
        """
        with self._guard:
            first = not self.interrupted.is_set()
            self.interrupted.set()
            if first and self._in_cell:
                self.kernel.interrupt()
        if first:
            self.kernel.kill_after(self.grace)

    def cell_began(self) -> None:
        """Note that the kernel executes a cell now."""
        with self._guard:
            self._in_cell = True
            if self.interrupted.is_set():
                self.kernel.interrupt()

    def cell_ended(self) -> None:
        """Note that the kernel executes no cell."""
        with self._guard:
            self._in_cell = False
