"""Kernels: started ahead beside the work, each fresh and used once, and ended without a stall."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from jupyter_client.manager import AsyncKernelManager

#: What a waiting kernel imports while nobody needs it; expressions, so that no name is left behind.
_PRELOAD = "__import__('runbook_lib.stage'); __import__('runbook_lib.preload');"
_START = 60.0
#: What a kernel executes last: the notebook's own `atexit`, and the end.
_FAREWELL_CODE = "__import__('atexit')._run_exitfuncs(); __import__('os')._exit(0)"
#: Seconds for what a notebook's own `atexit` does after it has passed.
_FAREWELL = 1.0
_ASK_AGAIN = 0.5


class Kernel:
    """A Python kernel in a process group of its own, and the connection to it.

    Args:
        cwd: where its notebook lies.
        env: its environment.
        log: takes what the process itself writes, which is no notebook's output.
    """

    def __init__(self, cwd: Path, env: Mapping[str, str], log: Path = Path(os.devnull)) -> None:
        self._cwd = cwd
        self._env = dict(env)
        self._log = log
        # The path of a Unix socket has room for about a hundred characters.
        self._sockets = Path(tempfile.mkdtemp(prefix="rb-", dir="/tmp"))
        #: The loop that the connection belongs to; it runs in one thread at a time.
        self.loop = asyncio.new_event_loop()
        self.manager: AsyncKernelManager
        self.client: AsyncKernelClient
        self._late = threading.Event()

    def start(self) -> Kernel:
        """Start the process, and return when it answers."""
        try:
            self.loop.run_until_complete(asyncio.wait_for(self._start(), _START))
        except BaseException:
            self.kill()
            raise
        return self

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the running cell."""
        self._signal(signal.SIGINT)

    def kill_after(self, grace: float) -> None:
        """Kill what is left when the time for the notebook's own clean-up is over, in seconds."""
        timer = threading.Timer(grace, self.kill)
        timer.daemon = True
        timer.start()

    def end(self, grace: float = _FAREWELL) -> None:
        """Ask the kernel to end, so that its `atexit` runs; kill what is left after the grace."""
        deadline = time.monotonic() + grace
        while self._runs and time.monotonic() < deadline:
            with suppress(Exception):  # a kernel that no longer listens is killed below
                self.loop.run_until_complete(self._farewell())
            # Asked while a cell was failing, the kernel drops the request: then it is asked again.
            self._wait(min(_ASK_AGAIN, grace))
        self.kill()
        self.close()

    def kill(self) -> None:
        """Kill the kernel with all that it has started."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def close(self) -> None:
        """Drop the connection and its sockets."""
        with suppress(Exception):  # nothing of this matters once the process is gone
            self.client.stop_channels()
            self.manager.cleanup_connection_file()
        shutil.rmtree(self._sockets, ignore_errors=True)
        if not self.loop.is_running():
            self.loop.close()

    @property
    def _process(self) -> subprocess.Popen[bytes] | None:
        provisioner: Any = getattr(getattr(self, "manager", None), "provisioner", None)
        return getattr(provisioner, "process", None)

    @property
    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _wait(self, seconds: float) -> None:
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                # The kernel was started as the leader of a session: its group has its id.
                os.killpg(self._process.pid, number)

    async def _start(self) -> None:
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager

        manager = AsyncKernelManager(
            kernel_name="python3",
            transport="ipc",
            ip=str(self._sockets / "k"),
            connection_file=str(self._sockets / "kernel.json"),
        )
        # The kernel of this very Python, whatever kernels the user has installed.
        manager._kernel_spec = KernelSpec(  # noqa: SLF001 - jupyter_client has no public way
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )
        self.manager = manager
        with self._log.open("ab") as log:
            await manager.start_kernel(
                extra_arguments=[
                    "--HistoryManager.hist_file=:memory:",
                    f"--IPKernelApp.exec_lines={_PRELOAD}",
                ],
                cwd=str(self._cwd),
                env=self._env,
                stdout=log,
                stderr=log,
            )
        self.client = manager.client()
        self.client.start_channels()
        self.client.allow_stdin = False
        await self._answer()

    async def _answer(self) -> None:
        """Wait until the kernel answers, and its outputs are seen to arrive here."""
        while True:
            self.client.kernel_info()
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.client.get_shell_msg(timeout=None)
                    await self.client.get_iopub_msg(timeout=None)
                    return
            if self._process is not None and self._process.poll() is not None:
                raise RuntimeError(
                    f"the kernel ended at once (exit code {self._process.returncode})"
                )

    async def _farewell(self) -> None:
        # A shutdown request would wait for the notebook's child processes, dead ones too.
        self.client.execute(_FAREWELL_CODE, silent=True, store_history=False)
        await asyncio.sleep(0)


class Pool:
    """Kernels that are started ahead, so that a stage need not wait for one.

    Args:
        cwd: where the notebooks lie.
        env: the environment of every kernel.
        log: takes what the processes themselves write, which is no notebook's output.
        ahead: how many wait.
        most: how many will be used at all.
    """

    def __init__(
        self, cwd: Path, env: Mapping[str, str], log: Path, *, ahead: int, most: int
    ) -> None:
        self._cwd, self._env, self._log = cwd, env, log
        self._left = most
        self._workers = ThreadPoolExecutor(ahead + 2, thread_name_prefix="kernels")
        self._guard = threading.Lock()
        self._waiting: list[Future[Kernel]] = []
        self._farewells: list[Future[None]] = []
        for _ in range(ahead):
            self._start_one()

    def take(self) -> Kernel:
        """Take a fresh kernel, and start another one for whoever comes next."""
        with self._guard:
            if not self._waiting:
                self._left = max(self._left, 1)
                self._start_one()
            kernel = self._waiting.pop(0)
            self._start_one()
        return kernel.result()

    def give_back(self, kernel: Kernel, grace: float = _FAREWELL) -> None:
        """End a used kernel, beside the work."""
        with self._guard:
            self._farewells.append(self._workers.submit(kernel.end, grace))

    def close(self) -> None:
        """End every kernel, and return when none is left."""
        for waiting in self._waiting:
            with suppress(Exception):  # one that did not start needs no end
                kernel = waiting.result()
                kernel.kill()
                kernel.close()
        for farewell in self._farewells:
            farewell.result()
        self._workers.shutdown()

    def _start_one(self) -> None:
        if self._left > 0:
            self._left -= 1
            kernel = Kernel(self._cwd, self._env, self._log)
            self._waiting.append(self._workers.submit(kernel.start))
