//! What the demo's company sells beside its work.

use anyhow::{Context as _, Result};
use auth::Actor;
use stock::{
    Basket, Label, Line, OrderId, Price, ProductDraft, ProductId, Quantity, Reduction, Stock,
    Units, VariantDraft, VariantKey,
};
use validation::{Money, Text};

use super::company::CURRENCY;

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

/// Orders of this morning: product, size, color, how many.
const SALES: [(&str, &str, &str, i64); 5] = [
    ("work-shirt", "L", "Navy", 4),
    ("smart-thermostat", "Standard", "White", 3),
    ("garden-gloves", "M", "Green", 6),
    ("terrace-lamp", "Small", "Anthracite", 2),
    ("smart-thermostat", "Standard", "Black", 1),
];

/// Fills the shelves.
pub(super) async fn fill(stock: &Stock, office: &Actor) -> Result<()> {
    for ware in &WARES {
        let draft = draft(ware).with_context(|| ware.id)?;
        stock.create(draft, office).await.with_context(|| ware.id)?;
    }
    Ok(())
}

/// Sells a little, once the gateway runs: orders wait in a queue of it.
pub(super) async fn sell(stock: Stock) {
    for (number, sale) in (1001..).zip(SALES) {
        let sold = async { anyhow::Ok(stock.reduce(order(number, sale)?).await?) };
        if let Err(error) = sold.await {
            tracing::warn!(%error, "the demo's shop sells nothing");
        }
    }
}

fn order(
    number: u32,
    (product, size, color, quantity): (&str, &str, &str, i64),
) -> Result<Reduction> {
    let line = Line {
        variant: VariantKey {
            product: ProductId::parse(product)?,
            size: Label::parse(size)?,
            color: Label::parse(color)?,
        },
        quantity: Quantity::new(quantity)?,
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
