//! Something that is measured while something else goes on.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is measured beside an attack, which goes on until it is told to stop; and what the attack gives.
pub fn beside_attack<T, A: Send>(
    attack: impl FnOnce(&AtomicBool) -> A + Send,
    measure: impl FnOnce() -> T,
) -> (T, A) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let attack = scope.spawn(|| attack(&stop));
        let end = End(&stop);
        let measured = measure();
        drop(end);
        (measured, attack.join().unwrap())
    })
}

/// Ends the attack also when measuring panics: else that would wait for ever.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
