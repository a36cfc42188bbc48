"""The parts of tests/upgrade; it starts them."""
