"""One run of tests/crashes, from its arguments to its summary."""

import argparse
from pathlib import Path

from faulted import broken, command

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
    return command.parsed(parser)


def main():
    """The program; its exit code."""
    given = arguments()
    if given.broken:
        given.keystead = broken.build(ROOT, given.broken, PATCHES)
    if not command.is_there("tests/crashes", given.keystead):
        return 2
    return command.carry_out("tests/crashes", Run, given)
