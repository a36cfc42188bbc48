"""One run of tests/upgrade, from its arguments to its summary."""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from faulted import command
from faulted.direct import Direct
from faulted.servers import NAMES

from . import older
from .round import Round

ROOT = Path(__file__).resolve().parents[2]
# Whichever servers are the newer ones: between them these go through every mixture.
ORDERS = [(1, 0, 2), (0, 2, 1), (2, 1, 0)]


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="tests/upgrade", description=(
        "Replaces three servers on one PostgreSQL by a newer version, one after the other, while keys are verified and changed at "
        "each, and looks whether a server that is up ever gives no verdict or a wrong one. Ends with 1 when one does."))
    add = parser.add_argument
    add("--from", dest="revision", metavar="REV", default=older.last_release(),
        help="the commit of the older version, which is built (default: that in tests/upgraded/last-release)")
    add("--older", type=Path, metavar="PATH", help="the older program itself")
    usual = ROOT / "target/debug/keystead"
    add("--keystead", type=Path, default=usual, metavar="PATH", help="the newer program (default: target/debug/keystead)")
    add("--seconds", type=float, default=4, help="how long each mixture of versions runs (default: 4)")
    add("--orders", type=int, default=len(ORDERS), choices=range(1, len(ORDERS) + 1),
        help="in how many orders servers are replaced (default: 3, which gives every mixture)")
    add("--seed", type=int, help="which keys are stopped when (default: others each time)")
    return command.parsed(parser)


def main():
    """The program; its exit code."""
    given = arguments()
    program = given.older or older.build(ROOT, given.revision)
    if not all(command.is_there("tests/upgrade", path) for path in (program, given.keystead)):
        return 2
    command.end_in_order()
    work = Path(tempfile.mkdtemp(prefix="ksu-"))
    # The databases belong to another user.
    work.chmod(0o711)
    began, violations, failures = time.monotonic(), 0, 0
    print(f"seed {given.seed}; from {given.older or given.revision}; data in {work}", flush=True)
    try:
        for name, source in (("older", program), ("newer", given.keystead)):
            shutil.copy(source, work / name)
        for number, order in enumerate(ORDERS[: given.orders]):
            notes = upgrade(work, number, order, given)
            violations, failures = violations + notes.violations, failures + notes.failures
    except KeyboardInterrupt:
        print("tests/upgrade: ended by a signal")
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
    took = time.monotonic() - began
    print(f"{given.orders} upgrades in {took:.0f} s: {failures} failures, {violations} violations", flush=True)
    return 1 if violations or failures else 0


def upgrade(work, number, order, given):
    """One upgrade; what was noted."""
    print(f"replaced in the order {', '.join(NAMES[place] for place in order)}:", flush=True)
    place = work / str(number)
    (place / "stray").mkdir(parents=True)
    place.chmod(0o711)
    one = Round(Direct(["db1"]), work / "older", work / "newer", place, given.seed + number)
    try:
        one.run(order, given.seconds)
        return one.notes
    finally:
        one.close()
