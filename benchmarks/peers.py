"""The worker processes, seen from the process that runs the benchmarks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.environments import BUILD, ROOT, environment, python_of


class PeerError(Exception):
    """A framework cannot do what was asked; the message is its own."""


class Peer:
    """One framework in its environment. The process starts with the first question, and waits between them."""

    def __init__(self, framework: str, environments: Path) -> None:
        self.framework = framework
        self._environments = environments
        self._process: subprocess.Popen[str] | None = None

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """The answer to a request. `PeerError` where it is an error, or where the process died."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            print(json.dumps({"do": do, **request}), file=process.stdin, flush=True)
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.stop()
            raise PeerError(f"the process of {self.framework} ended")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def _start(self) -> subprocess.Popen[str]:
        python = python_of(self.framework, self._environments)
        BUILD.mkdir(parents=True, exist_ok=True)
        with (BUILD / f"{self.framework}.log").open("w") as log:
            self._process = subprocess.Popen(
                [str(python), "-m", "benchmarks.worker", self.framework],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=environment(BUILD / "cache"),
            )
        return self._process

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None
