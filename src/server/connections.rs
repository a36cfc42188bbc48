//! How long connections stay open while nothing is said on them, and how they end when the server does.
//!
//! actix-web has a timer for that, which it sets anew with each answer, and a lock of all workers that it takes with each
//! request: together a tenth of a microsecond. Here a connection only notes that it was used, and every few seconds its
//! worker looks for those that were not.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::timeout;

/// Time between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// Looks after which a connection that was not used closes: it was silent for 75 to 80 seconds then, since the first of
/// them may have come right after its last use. After an answer that nothing was heard of for so long, it closes as well.
const LOOKS: u32 = 16;

/// The open connections of one worker.
#[derive(Default)]
pub struct Connections {
    looks: Cell<u32>,
    is_stopping: Cell<bool>,
    open: RefCell<Vec<Weak<Connection>>>,
}

struct Connection {
    /// The look before its last use.
    used: Cell<u32>,
    is_over: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Connection {
    fn end(&self) {
        self.is_over.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Connections {
    /// Looks after connections until `stopping`, then ends them all. An answer that is under way is finished.
    pub async fn watch(self: Rc<Self>, stopping: impl Future<Output = ()>) {
        let mut stopping = std::pin::pin!(stopping);
        while !self.is_stopping.get() {
            let stops = timeout(LOOK, &mut stopping).await.is_ok();
            self.is_stopping.set(stops);
            self.looks.set(self.looks.get() + 1);
            self.open.borrow_mut().retain(|connection| {
                let Some(connection) = connection.upgrade() else {
                    return false;
                };
                let unused = self.looks.get() - connection.used.get();
                if self.is_stopping.get() || unused >= LOOKS {
                    connection.end();
                }
                true
            });
        }
    }

    /// Notes a new connection. What is given out is ready when the connection has to close; whoever asks it uses the
    /// connection.
    pub fn open(self: &Rc<Self>) -> End {
        let connection = Rc::new(Connection {
            used: self.looks.clone(),
            is_over: self.is_stopping.clone(),
            waker: RefCell::default(),
        });
        self.open.borrow_mut().push(Rc::downgrade(&connection));
        End {
            connection,
            all: Rc::clone(self),
        }
    }
}

/// The end of a connection.
pub struct End {
    connection: Rc<Connection>,
    all: Rc<Connections>,
}

impl Future for End {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Connection {
            used,
            is_over,
            waker,
        } = &*self.connection;
        if is_over.get() {
            return Poll::Ready(());
        }
        used.set(self.all.looks.get());
        let mut waker = waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}
