//! What the demo's company sells beside its work.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use auth::Actor;
use chrono::TimeDelta;
use clock::{Clock, FixedClock};
use stock::{
    Adjustment, Basket, Change, Label, Line, OrderId, Price, ProductDraft, ProductId, Quantity,
    Reduction, Units, VariantDraft, VariantKey,
};
use validation::{Money, Text};

use super::company::CURRENCY;
use crate::wiring::{Parts, Shop};

/// A product with its sizes and colors, each with how many there are.
struct Ware {
    id: &'static str,
    title: &'static str,
    description: &'static str,
    price: &'static str,
    variants: &'static [(&'static str, &'static str, i64)],
}

const WARES: [Ware; 6] = [
    Ware {
        id: "work-shirt",
        title: "Work shirt, long sleeves",
        description: "Heavy cotton with two chest pockets, as our own people wear it.",
        price: "34.90",
        variants: &[
            ("M", "Navy", 24),
            ("M", "Sand", 12),
            ("L", "Navy", 31),
            ("L", "Sand", 9),
            ("XL", "Navy", 3),
        ],
    },
    Ware {
        id: "smart-thermostat",
        title: "Smart thermostat",
        description: "For heat pumps and boilers, with a sensor for one room. We fit it, too.",
        price: "129.00",
        variants: &[("Standard", "White", 40), ("Standard", "Black", 6)],
    },
    Ware {
        id: "water-filter",
        title: "Water filter cartridge",
        description: "Keeps the lime of the coast out of kitchen taps for half a year.",
        price: "18.50",
        variants: &[("Single", "Blue", 150), ("Pack of 3", "Blue", 60)],
    },
    Ware {
        id: "terrace-lamp",
        title: "Terrace lamp with solar panel",
        description: "Lights up when somebody comes and stands the salt of the sea.",
        price: "49.00",
        variants: &[("Small", "Anthracite", 18), ("Large", "Anthracite", 0)],
    },
    Ware {
        id: "garden-gloves",
        title: "Garden gloves",
        description: "Goat leather, with a long cuff against thorns.",
        price: "15.20",
        variants: &[("S", "Green", 22), ("M", "Green", 48), ("L", "Green", 35)],
    },
    Ware {
        id: "door-sensor",
        title: "Door and window sensor",
        description: "Tells the phone of whoever is away. The battery lasts two years.",
        price: "24.80",
        variants: &[("Standard", "White", 1)],
    },
];

/// How many hours ago the shelves were filled.
const OPENED: i64 = 30;

/// What happened since: how many hours ago, product, size, color, and how many came in, or went out where it is negative.
const DAY: [(i64, &str, &str, &str, i64); 17] = [
    (23, "work-shirt", "L", "Navy", -2),
    (22, "garden-gloves", "M", "Green", -3),
    (21, "smart-thermostat", "Standard", "White", -1),
    (19, "water-filter", "Single", "Blue", -6),
    (17, "water-filter", "Pack of 3", "Blue", 20),
    (15, "terrace-lamp", "Small", "Anthracite", -2),
    (14, "garden-gloves", "S", "Green", -2),
    (12, "smart-thermostat", "Standard", "White", 12),
    (11, "smart-thermostat", "Standard", "White", -4),
    (9, "work-shirt", "M", "Sand", -1),
    (8, "water-filter", "Single", "Blue", -8),
    (6, "garden-gloves", "M", "Green", -6),
    (5, "work-shirt", "L", "Navy", -4),
    (4, "smart-thermostat", "Standard", "Black", -1),
    (3, "garden-gloves", "L", "Green", 15),
    (2, "terrace-lamp", "Small", "Anthracite", -1),
    (1, "smart-thermostat", "Standard", "White", -3),
];

/// Fills the shelves, and lets a day pass: it happened when it says that it did.
pub(super) async fn fill(parts: &Parts, office: &Actor) -> Result<()> {
    let opened = parts.clock.now() - TimeDelta::hours(OPENED);
    let clock = Arc::new(FixedClock::at(opened));
    let shop = Shop::new(&parts.database, &(Arc::clone(&clock) as Arc<dyn Clock>));
    for ware in &WARES {
        let created = shop.stock.create(draft(ware)?, office).await;
        created.with_context(|| ware.id)?;
    }
    let mut before = OPENED;
    for (number, (hours, product, size, color, units)) in (1001..).zip(DAY) {
        clock.advance(TimeDelta::hours(before - hours));
        before = hours;
        let variant = VariantKey {
            product: ProductId::parse(product)?,
            size: Label::parse(size)?,
            color: Label::parse(color)?,
        };
        if units < 0 {
            let order = order(number, variant, -units)?;
            // Orders wait in a queue that nobody else empties yet.
            let (sold, _) = tokio::join!(shop.stock.reduce(order), shop.combiner.run_once());
            sold?;
        } else {
            let delivery = Adjustment {
                variant,
                change: Change::By(units),
                reason: Some(Text::parse("delivery")?),
            };
            shop.stock.adjust(&delivery, office).await?;
        }
    }
    Ok(())
}

fn order(number: u32, variant: VariantKey, units: i64) -> Result<Reduction> {
    let line = Line {
        variant,
        quantity: Quantity::new(units)?,
    };
    Ok(Reduction {
        order_id: Some(OrderId::parse(&format!("shop-{number}"))?),
        new_id: OrderId::generate(),
        idempotency_key: None,
        basket: Basket::new(vec![line])?,
        reservation_id: None,
        after_order: true,
        actor: Actor::system(),
    })
}

fn draft(ware: &Ware) -> Result<ProductDraft> {
    let variant = |(size, color, units): &(&str, &str, i64)| {
        Ok::<_, anyhow::Error>(VariantDraft {
            size: Label::parse(size)?,
            color: Label::parse(color)?,
            stock: Units::new(*units)?,
        })
    };
    Ok(ProductDraft {
        id: Some(ProductId::parse(ware.id)?),
        title: Text::parse(ware.title)?,
        description: Some(Text::parse(ware.description)?),
        price: Price::new(Money::parse_amount(ware.price)?, CURRENCY)?,
        variants: ware.variants.iter().map(variant).collect::<Result<_>>()?,
    })
}

/// What it sells, by code and name.
pub(super) fn articles() -> impl Iterator<Item = (&'static str, &'static str)> {
    WARES.iter().map(|ware| (ware.id, ware.title))
}
