//! Panics as lines of the log. The standard way to tell them waits for whoever reads standard error.

/// From now on panics are logged.
pub fn log_them() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or_default();
        let place = panic.location().map(ToString::to_string);
        // A text made at the moment of the panic may hold what somebody typed; one that stands in the source can't.
        let text = panic.payload().downcast_ref::<&str>();
        tracing::error!(
            thread,
            place,
            text,
            "a panic: a fault of Keystead, please report it"
        );
    }));
}
