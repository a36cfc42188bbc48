//! Memory that will be read soon is asked for early: the processor brings it near while it does something else.

/// Starts to bring the line of memory at which something begins, and does not wait for it.
#[cfg(target_arch = "x86_64")]
pub fn prefetch<T>(at: &T) {
    safe_arch::prefetch_t0(at);
}

/// Other processors are left to themselves: no crate offers this without unsafe code.
#[cfg(not(target_arch = "x86_64"))]
pub fn prefetch<T>(_: &T) {}
