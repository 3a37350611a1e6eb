//! Files on their way in.

use auth::Actor;
use chrono::TimeDelta;
use validation::Id;

use super::{NAMED, Stock};
use crate::{
    error::StockError,
    repository::{ImportLine, Imported, LineError},
};

/// How many lines are put aside at once.
const CHUNK: usize = 1_000;
/// Whatever was put aside so long ago, nobody is sending the rest of.
const LOST: TimeDelta = TimeDelta::hours(24);

/// A file that is being read. Nothing of it is applied before its end, and nothing at all if a line is wrong.
#[derive(Debug)]
pub struct Import {
    stock: Stock,
    id: String,
    lines: Vec<ImportLine>,
    errors: Vec<LineError>,
    error_count: u64,
}

impl Stock {
    /// Begins to read a file.
    pub fn begin_import(&self) -> Import {
        Import {
            stock: self.clone(),
            id: Id::<Import>::generate().to_string(),
            lines: Vec::new(),
            errors: Vec::new(),
            error_count: 0,
        }
    }
}

impl Import {
    /// Takes a line.
    pub async fn add(&mut self, line: ImportLine) -> Result<(), StockError> {
        // A file with a wrong line is only read on for its other errors.
        if self.error_count == 0 {
            self.lines.push(line);
            if self.lines.len() >= CHUNK {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Notes what is wrong with a line.
    pub fn refuse(&mut self, error: LineError) {
        self.error_count += 1;
        if self.errors.len() < NAMED as usize {
            self.errors.push(error);
        }
    }

    /// Applies all lines, or none.
    pub async fn finish(mut self, actor: &Actor) -> Result<Imported, StockError> {
        let now = self.stock.parts.clock.now();
        let products = &self.stock.parts.products;
        if self.error_count > 0 {
            products.discard(&self.id, now - LOST).await?;
            return Ok(Imported::Refused(self.errors, self.error_count));
        }
        self.flush().await?;
        let imported = self
            .stock
            .parts
            .products
            .import(&self.id, actor, now, NAMED);
        let imported = imported.await?;
        self.stock.parts.shown.forget_all();
        Ok(imported)
    }

    /// Throws away what was read.
    pub async fn abandon(self) -> Result<(), StockError> {
        let before = self.stock.parts.clock.now() - LOST;
        Ok(self.stock.parts.products.discard(&self.id, before).await?)
    }

    async fn flush(&mut self) -> Result<(), StockError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.lines);
        let now = self.stock.parts.clock.now();
        Ok(self
            .stock
            .parts
            .products
            .stage(&self.id, &lines, now)
            .await?)
    }
}
