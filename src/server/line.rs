//! The bytes of a connection, of which no more are read than the server has room for.
//!
//! actix reads up to 128 KiB ahead, turns all of it into requests, and writes answers into a buffer without an end: a client
//! that sent short requests and never read filled the memory.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connections::Connection;

/// What is read before actix looks what it is. A request, save a large one, comes in one piece.
const ONE_READ: usize = 8 * 1024;

/// A stream that is one of the [`Connections`](super::connections::Connections).
pub struct Line<T> {
    stream: T,
    connection: Rc<Connection>,
    /// Bytes since actix last looked.
    unseen: usize,
}

impl<T> Line<T> {
    /// Over `stream`.
    pub fn new(stream: T, connection: Rc<Connection>) -> Self {
        Self {
            stream,
            connection,
            unseen: 0,
        }
    }

    /// The connection.
    pub fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    fn check(&self) -> Result<()> {
        if self.connection.is_broken() {
            return Err(Error::new(
                ErrorKind::TimedOut,
                "the client does not read what is answered",
            ));
        }
        Ok(())
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Line<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.check()?;
        if !self.connection.may_read(context) {
            self.unseen = 0;
            return Poll::Pending;
        }
        if self.unseen >= ONE_READ {
            self.unseen = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let read = if buffer.remaining() > ONE_READ {
            // The buffers of actix grow with what is sent, up to 128 KiB and more.
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(ONE_READ));
            let read = Pin::new(&mut self.stream).poll_read(context, &mut part);
            let length = part.filled().len();
            buffer.advance(length);
            read
        } else {
            Pin::new(&mut self.stream).poll_read(context, buffer)
        };
        let length = buffer.filled().len() - before;
        self.unseen = if read.is_pending() {
            0
        } else {
            self.unseen + length
        };
        self.connection.note_read(length);
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Line<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.check()?;
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => {
                self.connection.note_unread(context);
                Poll::Pending
            }
            Poll::Ready(written) => {
                self.connection.note_written();
                Poll::Ready(written)
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
