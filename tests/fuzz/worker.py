"""One target under libFuzzer, in a process of its own: `python -m tests.fuzz.worker`.

Whatever ends this process is seen by the one that started it (`campaign`).
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import atheris
from atheris.import_hook import HookManager


def main(
    name: str, folder: str, executions: str, packages: str, guides: str, *options: str
) -> None:
    """Fuzz a target; never returns.

    Args:
        name: of the target.
        folder: its campaign's.
        executions: how many.
        packages: whose branches guide the fuzzer, separated by commas.
        guides: `compares`, when what they compare does too, or `branches`.
        options: of libFuzzer.
    """
    # Nothing of ours is imported before: branches are counted by code added at the import.
    # `atheris.instrument_imports` would do, but for the choice to leave comparisons alone.
    whole = {package.split(".")[0] for package in packages.split(",")}
    with HookManager(whole, set(), True, trace_dataflow=guides == "compares"):
        target = importlib.import_module(f"tests.fuzz.{name}").TARGET
    run_one = target.prepare(Path(folder, "work"))
    watching = importlib.import_module("tests.fuzz.watch")
    watch = watching.Watch(
        run_one, Path(folder, "findings"), Path(folder, "progress.json"), int(executions)
    )
    atheris.Setup([sys.argv[0], f"-runs={executions}", *options], watch)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
