//! Asking, holding, taking and giving back.

use std::{collections::HashMap, sync::Arc};

use validation::Page;

use super::Stock;
use crate::{
    error::StockError,
    model::{
        Basket, Command, Given, Held, Hold, Level, Line, LineFault, Outcome, Problem, ProductId,
        RecordedMovement, Reduction, Release, Taken, VariantKey, VariantRef, Verdict, judge,
    },
    repository::{MovementFilter, Window},
    shown::{Freshness, Shown},
};

/// A line that somebody asks about; `None` where it does not say of what, or how many.
pub type Asked = Option<Line>;

/// What is to be said to somebody who asks before a checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// Lines that can be served, by their places, with what is free.
    pub valid: Vec<(usize, i64)>,
    /// Lines that cannot.
    pub faults: Vec<LineFault>,
}

type Products = HashMap<ProductId, Arc<Shown>>;

/// The lines that say of what and how many; `None` where none does.
fn complete(asked: &[Asked]) -> Option<Basket> {
    Basket::new(asked.iter().flatten().cloned().collect()).ok()
}

fn products_of(basket: &Basket) -> Vec<ProductId> {
    let keys = basket.totals().iter();
    let mut ids: Vec<_> = keys.map(|(key, _)| key.product.clone()).collect();
    ids.dedup();
    ids
}

impl Stock {
    /// Whether lines can be served now; nothing is held by it. What can be is told to everybody.
    pub async fn validate(
        &self,
        asked: &[Asked],
        freshness: Freshness,
    ) -> Result<Validation, StockError> {
        let Some(basket) = complete(asked) else {
            return Ok(self.judge(asked, None));
        };
        let ids = products_of(&basket);
        let products = self.parts.shown.find_many(&ids, freshness).await?;
        Ok(self.judge(asked, Some((&basket, &products))))
    }

    /// Judges the complete lines among those asked, and tells of what can be served.
    fn judge(&self, asked: &[Asked], complete: Option<(&Basket, &Products)>) -> Validation {
        let mut validation = Validation::default();
        for (line, _) in asked.iter().enumerate().filter(|(_, line)| line.is_none()) {
            validation.faults.push(LineFault {
                line,
                problem: Problem::MissingFields,
                available: 0,
                requested: 0,
            });
        }
        let Some((basket, products)) = complete else {
            return validation;
        };
        let verdict = |key: &VariantKey| match products.get(&key.product) {
            None => Verdict::Unknown(Problem::ProductNotFound),
            Some(shown) => match shown.product.find(&key.size, &key.color) {
                Some(variant) => Verdict::Known(variant.level),
                None if shown.product.has_size(&key.size) => {
                    Verdict::Unknown(Problem::ColorNotFound)
                }
                None => Verdict::Unknown(Problem::SizeNotFound),
            },
        };
        let judged = judge(basket, verdict);
        let complete = asked.iter().enumerate();
        let complete = complete.filter_map(|(place, line)| Some((place, &line.as_ref()?.variant)));
        let mut news: Vec<(VariantRef<'_>, Level)> = Vec::with_capacity(asked.len());
        for ((place, variant), judged) in complete.zip(judged) {
            match judged {
                Ok(level) => {
                    validation.valid.push((place, level.available()));
                    news.push((variant.parts(), level));
                }
                Err(fault) => validation.faults.push(LineFault {
                    line: place,
                    ..fault
                }),
            }
        }
        validation.faults.sort_by_key(|fault| fault.line);
        self.parts.news.note(news);
        validation
    }

    /// Sells: all lines or none, once.
    pub async fn reduce(&self, order: Reduction) -> Result<Taken, StockError> {
        match self.parts.queue.run(Command::Reduce(order)).await? {
            Outcome::Reduced(taken) => {
                self.forget(taken.lines.iter().map(|line| &line.variant));
                Ok(taken)
            }
            _ => Err(StockError::Abandoned),
        }
    }

    /// Holds: all lines or none, once.
    pub async fn reserve(&self, asked: Hold) -> Result<Held, StockError> {
        match self.parts.queue.run(Command::Reserve(asked)).await? {
            Outcome::Reserved(held) => {
                self.forget(held.lines.iter().map(|line| &line.variant));
                Ok(held)
            }
            _ => Err(StockError::Abandoned),
        }
    }

    /// Gives back what an order took or a hold held, once.
    pub async fn release(&self, release: Release) -> Result<Given, StockError> {
        match self.parts.queue.run(Command::Release(release)).await? {
            Outcome::Released(given) => {
                self.forget(given.lines.iter().map(|(variant, ..)| variant));
                Ok(given)
            }
            _ => Err(StockError::Abandoned),
        }
    }

    /// The ledger, newest first.
    pub async fn movements(
        &self,
        filter: &MovementFilter,
        page: Page,
    ) -> Result<Window<RecordedMovement>, StockError> {
        Ok(self.parts.units.movements(filter, page).await?)
    }

    /// Has changed products read anew on this node; the outbox tells the others.
    pub(super) fn forget<'a>(&self, variants: impl Iterator<Item = &'a VariantKey>) {
        let mut last = None;
        for variant in variants {
            if last.replace(&variant.product) != Some(&variant.product) {
                self.parts.shown.forget(variant.product.as_str());
            }
        }
    }
}
