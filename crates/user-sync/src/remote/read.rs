use futures_util::{StreamExt as _, stream};

use super::{
    Cause, RemoteError, RemoteUsers, Server,
    attempt::{Attempt, Taken, Trace},
    session::Session,
    shape::{self, Page},
};
use crate::model::Reading;

/// How many rows are asked for.
pub(super) const LIMIT: usize = 100;
/// How many pages are read at once.
const AT_ONCE: usize = 4;
/// How often all pages are read, where the answers do not settle.
const TIMES: u32 = 3;

/// Hears how many rows were read, of how many.
pub(crate) type Tell<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

impl RemoteUsers {
    /// Reads all users of a server.
    pub async fn read(&self, server: &Server, tell: Tell<'_>) -> Result<Reading, RemoteError> {
        let read = tokio::time::timeout(self.patience.whole, self.settle(server, tell));
        read.await
            .unwrap_or(Err(RemoteError::Fetch(Cause::Timeout)))
    }

    /// Reads until an answer is whole beyond doubt, or is confirmed by the next one.
    async fn settle(&self, server: &Server, tell: Tell<'_>) -> Result<Reading, RemoteError> {
        let session = Session::open(self, server).await?;
        let mut before: Option<Trace> = None;
        for time in 1.. {
            let now = self.attempt(&session, server, tell).await?;
            if now.is_sound() || before.is_some_and(|before| now.confirms(before)) {
                return Ok(now.whole());
            }
            // A total that does not come true is read again once; rows that move without one twice.
            let is_enough = time == TIMES || (time == 2 && now.total().is_some());
            if is_enough {
                return Ok(now.doubtful());
            }
            before = Some(now.trace());
        }
        Err(RemoteError::Fetch(Cause::Broken))
    }

    /// Reads all pages once.
    async fn attempt(
        &self,
        session: &Session<'_>,
        server: &Server,
        tell: Tell<'_>,
    ) -> Result<Attempt, RemoteError> {
        let mut attempt = Attempt::default();
        let first = self.page(session, server, 1).await?;
        let (size, total) = (first.rows.len(), first.total);
        attempt.take(first)?;
        tell(attempt.rows(), total.unwrap_or(attempt.rows()));
        match total {
            _ if size == 0 => {}
            Some(total) => {
                self.counted(session, server, (&mut attempt, total, size), tell)
                    .await?;
            }
            None => {
                self.uncounted(session, server, (&mut attempt, size), tell)
                    .await?;
            }
        }
        Ok(attempt)
    }

    /// Reads the pages behind the first one of a server that says how many users there are, several at once.
    async fn counted(
        &self,
        session: &Session<'_>,
        server: &Server,
        (attempt, total, size): (&mut Attempt, u64, usize),
        tell: Tell<'_>,
    ) -> Result<(), RemoteError> {
        // A server may cap the size of its pages: what came back counts, not what was asked for.
        let last = total.div_ceil(size as u64);
        let pages = stream::iter(2..=last).map(|number| self.page(session, server, number));
        let mut pages = pages.buffered(AT_ONCE);
        while let Some(page) = pages.next().await {
            let taken = attempt.take(page?)?;
            tell(attempt.rows(), total);
            // Whatever would come then is not what the total promised.
            if matches!(taken, Taken::Again | Taken::Rows(0)) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads on until a page is shorter than the first one.
    async fn uncounted(
        &self,
        session: &Session<'_>,
        server: &Server,
        (attempt, size): (&mut Attempt, usize),
        tell: Tell<'_>,
    ) -> Result<(), RemoteError> {
        for number in 2.. {
            let page = self.page(session, server, number).await?;
            let taken = attempt.take(page)?;
            tell(attempt.rows(), attempt.rows());
            match taken {
                Taken::Rows(rows) if rows == size => {}
                Taken::Again if number == 2 && size != LIMIT => {
                    attempt.is_without_pages();
                    return Ok(());
                }
                Taken::Rows(_) | Taken::Again => return Ok(()),
            }
        }
        Ok(())
    }

    pub(super) async fn page(
        &self,
        session: &Session<'_>,
        server: &Server,
        number: u64,
    ) -> Result<Page, RemoteError> {
        let path =
            format!("/api/conf/users?q=&limit={LIMIT}&page={number}&sort=id_user&order=desc");
        let url = server.url.join(&path);
        let body = session.call(|| self.client.get(&url)).await?;
        shape::page(&body)
    }
}
