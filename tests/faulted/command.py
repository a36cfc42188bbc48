"""What the commands that try servers hard have in common: how their arguments end, and how a run is carried out."""

import random
import signal
import sys


def parsed(parser):
    """What was asked for; without a seed, another one each time."""
    given = parser.parse_args()
    if given.seed is None:
        given.seed = random.SystemRandom().randrange(1_000_000)
    return given


def is_there(name, program):
    """Whether the program that is to be tried was built; says so when it was not."""
    if program.exists():
        return True
    print(f"{name}: there is no {program}: run `cargo build` first", file=sys.stderr)
    return False


def end_in_order():
    """Whoever ends this run also ends what it began."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def carry_out(name, make, given):
    """Makes a run of what was asked for, and goes on to its summary; the exit code."""
    end_in_order()
    run = make(given)
    try:
        run.build()
        run.go_on()
        return run.summary()
    except KeyboardInterrupt:
        print(f"{name}: ended by a signal")
        return 130
    finally:
        run.close()
