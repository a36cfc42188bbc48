//! How long connections stay open, and how they end: when nothing is said on them, when nobody reads what is answered, when
//! there are too many, and when the server stops.
//!
//! actix-web has a timer for the first, which it sets anew with each answer, and a lock of all workers that it takes with
//! each request: together a tenth of a microsecond. Here a connection only notes that it was used, and every few seconds
//! its worker looks for those that were not.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::timeout;

use super::crowd::{Crowd, Place};
use crate::web::connection_counts::Cause;

/// What is read before actix looks what it is. A request, save a large one, comes in one piece.
pub const ONE_READ: usize = 8 * 1024;
/// Time between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// Looks after which a connection that was not used closes: it was silent for 75 to 80 seconds then, since the first of
/// them may have come right after its last use. After an answer that nothing was heard of for so long, it closes as well.
const LOOKS: u32 = 16;
/// Looks after which a connection ends whose client has read nothing of what waits for it: 20 to 25 seconds.
const UNREAD_LOOKS: u32 = 5;
/// Of the connections of a worker, one in so many gives way when there is no place left: looking for the least used ones
/// takes a while, and where one came, more come.
const GIVE_WAY: usize = 16;

/// The open connections of one worker.
pub struct Connections {
    looks: Cell<u32>,
    is_stopping: Cell<bool>,
    open: RefCell<Vec<Weak<Connection>>>,
    /// The one that actix begins to serve.
    newest: RefCell<Option<Rc<Connection>>>,
    crowd: Arc<Crowd>,
    scratch: RefCell<Box<[u8]>>,
}

/// One connection, as its worker knows it.
pub struct Connection {
    all: Rc<Connections>,
    place: RefCell<Option<Place>>,
    /// The look before its last use.
    used: Cell<u32>,
    /// The look before its client last took something of an answer.
    answered: Cell<Option<u32>>,
    /// The look before its client stopped to read.
    unread: Cell<Option<u32>>,
    /// What may be read of it before the requests that came are answered, when there are any.
    allowance: Cell<usize>,
    /// True while a request is answered.
    is_busy: Cell<bool>,
    /// True when something waits for its client to read, or for an answer.
    is_held: Cell<bool>,
    is_over: Cell<bool>,
    is_broken: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Connection {
    /// Lends memory to read to, which all connections of a worker share: that of actix would have to be filled with zeros
    /// before each read.
    pub fn with_scratch<T>(&self, read: impl FnOnce(&mut [u8]) -> T) -> T {
        read(&mut self.all.scratch.borrow_mut())
    }

    /// True when its client does not read what is answered.
    pub fn is_unread(&self) -> bool {
        self.unread.get().is_some()
    }

    /// True when it ended in the middle of what is written.
    pub fn is_broken(&self) -> bool {
        self.is_broken.get()
    }

    /// Whether more may be read of it. If not, its task is woken when that changes.
    pub fn may_read(&self, context: &Context<'_>) -> bool {
        if !self.is_busy.get() {
            // actix answers all that it has before it reads on: nothing else waits here.
            self.allowance.set(usize::MAX);
        }
        let may_read = !self.is_unread() && self.allowance.get() > 0;
        if !may_read {
            self.hold(context);
        }
        may_read
    }

    /// Has its task woken when its client reads on, and when a request is answered.
    pub fn hold(&self, context: &Context<'_>) {
        self.is_held.set(true);
        self.wake_by(context);
    }

    /// Notes that so much was read.
    pub fn note_read(&self, length: usize) {
        let allowance = self.allowance.get();
        if allowance != usize::MAX {
            self.allowance.set(allowance.saturating_sub(length));
        }
    }

    /// Begins to answer a request: until it and those that came with it are answered, no more than their bodies is read.
    pub fn note_request(&self, body: usize) {
        self.is_busy.set(true);
        let before = match self.allowance.get() {
            usize::MAX => 0,
            allowance => allowance,
        };
        self.allowance
            .set(before.saturating_add(body).min(usize::MAX - 1));
    }

    /// So much more may be read.
    pub fn allow_reading(&self, more: usize) {
        self.allowance
            .set(self.allowance.get().saturating_add(more));
        self.go_on();
    }

    /// Notes that a request is answered.
    pub fn note_answer(&self) {
        self.is_busy.set(false);
        self.go_on();
    }

    /// Notes that something was written.
    pub fn note_written(&self) {
        self.answered.set(Some(self.all.looks.get()));
        self.unread.set(None);
        self.go_on();
    }

    /// Notes that nothing more can be written until its client reads.
    pub fn note_unread(&self, context: &Context<'_>) {
        if !self.is_unread() {
            self.unread.set(Some(self.all.looks.get()));
            self.wake_by(context);
        }
    }

    fn go_on(&self) {
        if self.is_held.replace(false) {
            self.wake();
        }
    }

    fn end(&self, cause: Option<Cause>) {
        if !self.is_over.replace(true) {
            self.leave(cause);
            self.wake();
        }
    }

    fn break_off(&self) {
        self.is_broken.set(true);
        self.leave(Some(Cause::Unread));
        self.wake();
    }

    /// Its place is free before it is closed, which takes a moment.
    fn leave(&self, cause: Option<Cause>) {
        if self.place.take().is_some()
            && let Some(cause) = cause
        {
            self.all.crowd.counts.note_end(cause);
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn wake_by(&self, context: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
    }
}

impl Connections {
    /// Those of a worker, of which there are none yet.
    pub fn new(crowd: Arc<Crowd>) -> Rc<Self> {
        Rc::new(Self {
            looks: Cell::default(),
            is_stopping: Cell::default(),
            open: RefCell::default(),
            newest: RefCell::default(),
            crowd,
            scratch: RefCell::new(vec![0; ONE_READ].into()),
        })
    }

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
                self.look_at(&connection);
                true
            });
        }
    }

    fn look_at(&self, connection: &Connection) {
        let looks = self.looks.get();
        let is_old = |since: u32, most: u32| looks - since >= most;
        if self.is_stopping.get() {
            connection.end(None);
        } else if connection
            .unread
            .get()
            .is_some_and(|since| is_old(since, UNREAD_LOOKS))
        {
            connection.break_off();
        } else if is_old(connection.used.get(), LOOKS) {
            connection.end(Some(Cause::Unused));
        }
    }

    /// Takes in a new connection of `peer`, unless there is no place for it. The least used ones give way to it.
    pub fn admit(self: &Rc<Self>, peer: Option<IpAddr>) -> Option<Rc<Connection>> {
        if self.crowd.is_full() {
            self.make_room();
        }
        if self.crowd.is_full() {
            self.crowd.counts.note_end(Cause::NoPlace);
            return None;
        }
        let place = self.crowd.enter(peer)?;
        let connection = Rc::new(Connection {
            all: Rc::clone(self),
            place: RefCell::new(Some(place)),
            used: self.looks.clone(),
            answered: Cell::default(),
            unread: Cell::default(),
            allowance: Cell::new(usize::MAX),
            is_busy: Cell::default(),
            is_held: Cell::default(),
            is_over: self.is_stopping.clone(),
            is_broken: Cell::default(),
            waker: RefCell::default(),
        });
        self.open.borrow_mut().push(Rc::downgrade(&connection));
        Some(connection)
    }

    /// Those that were never answered go first, then those whose last answer is the longest ago; of equals the oldest.
    fn make_room(&self) {
        let mut open: Vec<Rc<Connection>> = self
            .open
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        open.retain(|connection| !connection.is_over.get());
        open.sort_by_key(|connection| connection.answered.get());
        for connection in open.iter().take(open.len().div_ceil(GIVE_WAY)) {
            connection.end(Some(Cause::GaveWay));
        }
    }

    /// Keeps a connection until actix asks for its end, which it does at once.
    pub fn keep(&self, newest: Rc<Connection>) {
        self.newest.replace(Some(newest));
    }

    /// The end of the connection that was kept.
    pub fn end_of_newest(&self) -> End {
        End {
            connection: self.newest.take(),
        }
    }
}

/// Ready when the connection has to close; whoever asks it uses the connection.
pub struct End {
    connection: Option<Rc<Connection>>,
}

impl Future for End {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(connection) = &self.connection else {
            return Poll::Pending;
        };
        if connection.is_over.get() {
            return Poll::Ready(());
        }
        connection.used.set(connection.all.looks.get());
        connection.wake_by(context);
        Poll::Pending
    }
}
