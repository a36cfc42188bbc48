//! The bytes of a connection, of which no more are read than the server has room for.
//!
//! actix reads up to 128 KiB ahead, turns all of it into requests, and writes answers into a buffer without an end: a client
//! that sent short requests and never read filled the memory.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connections::{Connection, ONE_READ};

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
        let Self {
            stream,
            connection,
            unseen,
        } = &mut *self;
        let before = buffer.filled().len();
        let read = if buffer.remaining() > ONE_READ {
            // The buffers of actix grow with what is sent, up to 128 KiB and more.
            connection.with_scratch(|scratch| {
                let mut part = ReadBuf::new(scratch);
                let read = Pin::new(stream).poll_read(context, &mut part);
                buffer.put_slice(part.filled());
                read
            })
        } else {
            Pin::new(stream).poll_read(context, buffer)
        };
        let length = buffer.filled().len() - before;
        *unseen = if read.is_pending() {
            0
        } else {
            *unseen + length
        };
        connection.note_read(length);
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
