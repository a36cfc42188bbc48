"""One run of tests/crashes, from its arguments to its summary."""

import argparse
import random
import signal
import sys
from pathlib import Path

from faulted import broken

from .kills import Run

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).resolve().parent / "broken"


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="tests/crashes", description=(
        "Kills a server at each write, flush and message while keys and groups are changed, and looks each time whether all "
        "that was answered is there, what was not answered is there wholly or not at all, and the audit log has one row of "
        "each change. Ends with 1 when that is not so."))
    add = parser.add_argument
    add("--database", choices=["sqlite", "postgres"], default="sqlite", help="default: sqlite")
    add("--kills", type=int, default=100, help="how many (default: 100)")
    add("--seed", type=int, help="which changes follow each other (default: others each time)")
    usual = ROOT / "target/debug/keystead"
    add("--keystead", type=Path, default=usual, metavar="PATH", help="the program (default: target/debug/keystead)")
    add("--keep", action="store_true", help="leave the logs and the data where they are")
    add("--broken", choices=broken.kinds(PATCHES), help="build the program with a fault of its own, and expect that it is found")
    given = parser.parse_args()
    if given.seed is None:
        given.seed = random.SystemRandom().randrange(1_000_000)
    return given


def main():
    """The program; its exit code."""
    given = arguments()
    if given.broken:
        given.keystead = broken.build(ROOT, given.broken, PATCHES)
    if not given.keystead.exists():
        print(f"tests/crashes: there is no {given.keystead}: run `cargo build` first", file=sys.stderr)
        return 2
    # Whoever ends this run also ends what it began.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run(given)
    try:
        run.build()
        run.go_on()
        return run.summary()
    except KeyboardInterrupt:
        print("tests/crashes: ended by a signal")
        return 130
    finally:
        run.close()
