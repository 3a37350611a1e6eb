//! Asking, holding, taking and giving back.

use validation::Page;

use super::Stock;
use crate::{
    error::StockError,
    model::{
        Basket, Command, Given, Held, Hold, Level, Line, LineFault, Outcome, Problem, ProductId,
        RecordedMovement, Reduction, Release, Taken, VariantKey, Verdict, judge,
    },
    repository::{MovementFilter, Window},
    shown::Freshness,
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

impl Stock {
    /// Whether lines can be served now; nothing is held by it. What can be is told to everybody.
    pub async fn validate(
        &self,
        asked: &[Asked],
        freshness: Freshness,
    ) -> Result<Validation, StockError> {
        let complete = asked.iter().enumerate();
        let complete: Vec<_> = complete
            .filter_map(|(place, line)| Some((place, line.as_ref()?)))
            .collect();
        let missing = |(line, asked): (usize, &Asked)| {
            asked.is_none().then_some(LineFault {
                line,
                problem: Problem::MissingFields,
                available: 0,
                requested: 0,
            })
        };
        let mut validation = Validation::default();
        let incomplete = asked.iter().enumerate().filter_map(missing);
        validation.faults.extend(incomplete);
        let lines = complete.iter().map(|(_, line)| (*line).clone()).collect();
        let Ok(basket) = Basket::new(lines) else {
            return Ok(validation);
        };
        self.judge(&basket, freshness, &mut validation, |line| complete[line].0)
            .await?;
        Ok(validation)
    }

    async fn judge(
        &self,
        basket: &Basket,
        freshness: Freshness,
        validation: &mut Validation,
        place: impl Fn(usize) -> usize,
    ) -> Result<(), StockError> {
        let mut ids: Vec<ProductId> = basket
            .totals()
            .iter()
            .map(|(key, _)| key.product.clone())
            .collect();
        ids.dedup();
        let products = self.parts.shown.find_many(&ids, freshness).await?;
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
        let faults = judge(basket, verdict);
        let mut news: Vec<(&VariantKey, Level)> = Vec::with_capacity(basket.totals().len());
        let mut skipped = faults.iter().map(|fault| fault.line).peekable();
        for (n, line) in basket.lines().iter().enumerate() {
            if skipped.next_if_eq(&n).is_some() {
                continue;
            }
            if let Verdict::Known(level) = verdict(&line.variant) {
                validation.valid.push((place(n), level.available()));
                news.push((&line.variant, level));
            }
        }
        let faults = faults.into_iter().map(|fault| LineFault {
            line: place(fault.line),
            ..fault
        });
        validation.faults.extend(faults);
        validation.faults.sort_by_key(|fault| fault.line);
        self.parts.news.note(news);
        Ok(())
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
