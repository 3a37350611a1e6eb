use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use auth::Actor;
use chrono::{DateTime, Utc};
use validation::Text;

use super::{
    Change, Kind, Label, Level, LevelError, Movement, Price, ProductId, Times, Units, VariantKey,
    VariantRef,
};

/// The most variants of one product.
const MAX_VARIANTS: usize = 500;

/// What a shop sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// What it is called.
    pub title: Text<200>,
    /// What is said of it.
    pub description: Option<Text<4000>>,
    /// What it costs.
    pub price: Price,
    /// Its variants; those of one size stand together.
    pub variants: Vec<Variant>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it and its stock changed last.
    pub times: Times,
}

/// One color of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The size.
    pub size: Label,
    /// The color.
    pub color: Label,
    /// How many there are.
    pub level: Level,
}

/// A product to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductDraft {
    /// A given id.
    pub id: Option<ProductId>,
    /// What it is called.
    pub title: Text<200>,
    /// What is said of it.
    pub description: Option<Text<4000>>,
    /// What it costs.
    pub price: Price,
    /// Its variants.
    pub variants: Vec<VariantDraft>,
}

/// A variant to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantDraft {
    /// The size.
    pub size: Label,
    /// The color.
    pub color: Label,
    /// How many there are.
    pub stock: Units,
}

/// A variant as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantEdit {
    /// The size.
    pub size: Label,
    /// The color.
    pub color: Label,
    /// How many there are; `None`: as many as there are, none of a new one.
    pub stock: Option<Units>,
}

/// What is to change of a product; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductEdit {
    /// What it is called.
    pub title: Option<Text<200>>,
    /// What is said of it; `Some(None)` takes it away.
    pub description: Option<Option<Text<4000>>>,
    /// What it costs.
    pub price: Option<Price>,
    /// All its variants: others are removed.
    pub variants: Option<Vec<VariantEdit>>,
}

/// Why a product cannot be so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// One color of one size twice.
    #[error("{size} in {color} stands there twice")]
    Twice {
        /// The size.
        size: Label,
        /// The color.
        color: Label,
    },
    /// Too many variants.
    #[error("must have at most 500 variants")]
    TooMany,
    /// Somebody holds units of a variant that is to go.
    #[error("{reserved} units of {size} in {color} are reserved")]
    Reserved {
        /// The size.
        size: Label,
        /// The color.
        color: Label,
        /// How many.
        reserved: i64,
    },
    /// The stock of a variant cannot be so.
    #[error("{size} in {color}: {reason}")]
    Level {
        /// The size.
        size: Label,
        /// The color.
        color: Label,
        /// Why.
        reason: LevelError,
    },
}

impl Product {
    /// A new product, and the first lines of its ledger.
    pub fn create(
        draft: ProductDraft,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<(Self, Vec<Movement>), ProductError> {
        let variants = draft.variants.into_iter();
        let edits = variants.map(|variant| VariantEdit {
            size: variant.size,
            color: variant.color,
            stock: Some(variant.stock),
        });
        let product = Self {
            id: draft.id.unwrap_or_else(ProductId::generate),
            title: draft.title,
            description: draft.description,
            price: draft.price,
            variants: Vec::new(),
            created_at: now,
            times: Times::new([(now, None)]),
        };
        let edit = ProductEdit {
            variants: Some(edits.collect()),
            ..ProductEdit::default()
        };
        product.edited(edit, actor)
    }

    /// The product after an edit, and what the ledger says of it.
    pub fn edited(
        &self,
        edit: ProductEdit,
        actor: &Actor,
    ) -> Result<(Self, Vec<Movement>), ProductError> {
        let (variants, movements) = match edit.variants {
            Some(edits) => self.with_variants(edits, actor)?,
            None => (self.variants.clone(), Vec::new()),
        };
        let product = Self {
            title: edit.title.unwrap_or_else(|| self.title.clone()),
            description: edit.description.unwrap_or_else(|| self.description.clone()),
            price: edit.price.unwrap_or_else(|| self.price.clone()),
            variants,
            id: self.id.clone(),
            ..*self
        };
        Ok((product, movements))
    }

    fn with_variants(
        &self,
        edits: Vec<VariantEdit>,
        actor: &Actor,
    ) -> Result<(Vec<Variant>, Vec<Movement>), ProductError> {
        let edits = in_order(edits)?;
        let mut movements = Vec::new();
        let mut variants = Vec::with_capacity(edits.len());
        for edit in edits {
            let before = self.find(&edit.size, &edit.color);
            let VariantEdit { size, color, stock } = edit;
            let level = before.map_or(Level::default(), |variant| variant.level);
            let after = stock.map_or(Ok(level), |units| level.changed(Change::To(units)));
            let after = after.map_err(|reason| ProductError::Level {
                size: size.clone(),
                color: color.clone(),
                reason,
            })?;
            let kind = before.map_or(Kind::Opening, |_| Kind::Edit);
            let variant = Variant {
                size,
                color,
                level: after,
            };
            if before.is_none() || level != after {
                let stocks = (level.stock(), after.stock());
                let key = self.key(&variant);
                movements.push(Movement::between(key, kind, stocks, actor.clone()));
            }
            variants.push(variant);
        }
        let stays = |gone: &&Variant| {
            let is_same = |kept: &Variant| (&kept.size, &kept.color) == (&gone.size, &gone.color);
            variants.iter().any(is_same)
        };
        for gone in self.variants.iter().filter(|variant| !stays(variant)) {
            movements.extend(self.removal(gone, actor)?);
        }
        Ok((variants, movements))
    }

    /// The last lines of the ledger, where nobody holds anything.
    pub fn removed(&self, actor: &Actor) -> Result<Vec<Movement>, ProductError> {
        let variants = self.variants.iter();
        let lines: Result<Vec<_>, _> = variants.map(|gone| self.removal(gone, actor)).collect();
        Ok(lines?.into_iter().flatten().collect())
    }

    /// The line that brings the ledger of a variant to nothing, unless it is there.
    fn removal(&self, gone: &Variant, actor: &Actor) -> Result<Option<Movement>, ProductError> {
        if gone.level.reserved() > 0 {
            return Err(ProductError::Reserved {
                size: gone.size.clone(),
                color: gone.color.clone(),
                reserved: gone.level.reserved(),
            });
        }
        let stocks = (gone.level.stock(), 0);
        let movement = || Movement::between(self.key(gone), Kind::Removal, stocks, actor.clone());
        Ok((gone.level.stock() > 0).then(movement))
    }

    /// How many units there are of all variants.
    pub fn stock(&self) -> i64 {
        self.variants
            .iter()
            .map(|variant| variant.level.stock())
            .sum()
    }

    /// A variant, by its size and color.
    pub fn find(&self, size: &Label, color: &Label) -> Option<&Variant> {
        self.variants
            .iter()
            .find(|variant| variant.size == *size && variant.color == *color)
    }

    /// Whether it comes in this size.
    pub fn has_size(&self, size: &Label) -> bool {
        self.variants.iter().any(|variant| variant.size == *size)
    }

    /// What names a variant of this product.
    pub fn key(&self, variant: &Variant) -> VariantKey {
        self.parts(variant).to_key()
    }

    /// The same, borrowed.
    pub(crate) fn parts<'a>(&'a self, variant: &'a Variant) -> VariantRef<'a> {
        VariantRef {
            product: &self.id,
            size: &variant.size,
            color: &variant.color,
        }
    }

    /// A number for all that is shown of its stock: another for another state.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.id, self.title.as_str(), self.times.updated_at()).hash(&mut hasher);
        for Variant { size, color, level } in &self.variants {
            (size, color, level).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// What searches look into: in lower case, as both databases understand it alike.
    pub fn search_text(title: &str, id: &str, description: Option<&str>) -> String {
        let description = description.unwrap_or_default();
        format!("{title}\n{id}\n{description}").to_lowercase()
    }
}

/// The variants with those of one size together, sizes and colors in the order in which they are named first.
fn in_order(edits: Vec<VariantEdit>) -> Result<Vec<VariantEdit>, ProductError> {
    if edits.len() > MAX_VARIANTS {
        return Err(ProductError::TooMany);
    }
    let mut seen = HashSet::with_capacity(edits.len());
    let mut sizes: Vec<Label> = Vec::new();
    for VariantEdit { size, color, .. } in &edits {
        if !seen.insert((size.clone(), color.clone())) {
            return Err(ProductError::Twice {
                size: size.clone(),
                color: color.clone(),
            });
        }
        if !sizes.contains(size) {
            sizes.push(size.clone());
        }
    }
    let mut edits = edits;
    edits.sort_by_key(|edit| sizes.iter().position(|size| *size == edit.size));
    Ok(edits)
}

#[cfg(test)]
mod tests;
