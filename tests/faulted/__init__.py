"""The parts of tests/faults; it starts them."""
