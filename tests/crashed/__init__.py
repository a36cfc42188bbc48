"""The parts of tests/crashes; it starts them."""
