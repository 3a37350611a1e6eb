use super::*;
use crate::testing::{actor, label, now, product};

fn edit(size: &str, color: &str, stock: Option<i64>) -> VariantEdit {
    VariantEdit {
        size: label(size),
        color: label(color),
        stock: stock.map(|units| Units::new(units).unwrap()),
    }
}

fn of_variants(variants: Vec<VariantEdit>) -> ProductEdit {
    ProductEdit {
        variants: Some(variants),
        ..ProductEdit::default()
    }
}

fn told(movements: &[Movement]) -> Vec<(&str, &str, i64, i64)> {
    movements
        .iter()
        .map(|m| {
            (
                m.variant.color.as_str(),
                m.kind.as_str(),
                m.delta,
                m.balance_after,
            )
        })
        .collect()
}

#[test]
fn every_new_variant_opens_its_ledger() {
    let variant = |color, stock| VariantDraft {
        size: label("M"),
        color: label(color),
        stock: Units::new(stock).unwrap(),
    };
    let draft = ProductDraft {
        id: None,
        title: Text::parse("Shirt").unwrap(),
        description: None,
        price: Price::new(100.into(), "L.E.").unwrap(),
        variants: vec![variant("Red", 10), variant("Blue", 0)],
    };
    let (made, movements) = Product::create(draft, &actor(), now()).unwrap();
    assert_eq!((made.stock(), made.times.updated_at()), (10, now()));
    let lines = [("Red", "opening", 10, 10), ("Blue", "opening", 0, 0)];
    assert_eq!(told(&movements), lines);
}

#[test]
fn an_edit_moves_opens_and_closes_and_leaves_the_rest() {
    let before = product(&[("Red", 10, 2), ("Blue", 5, 0), ("Green", 3, 0)]);
    let edits = vec![
        edit("M", "Red", Some(7)),
        edit("M", "Green", None),
        edit("M", "Black", Some(1)),
    ];
    let (after, movements) = before.edited(of_variants(edits), &actor()).unwrap();
    assert_eq!(after.stock(), 11);
    assert_eq!(
        after.find(&label("M"), &label("Red")).unwrap().level,
        Level::stored(7, 2)
    );
    let lines = [
        ("Red", "edit", -3, 7),
        ("Black", "opening", 1, 1),
        ("Blue", "removal", -5, 0),
    ];
    assert_eq!(told(&movements), lines);
    let (same, movements) = before.edited(ProductEdit::default(), &actor()).unwrap();
    assert_eq!((same, movements), (before, Vec::new()));
}

#[test]
fn what_somebody_holds_stays() {
    let before = product(&[("Red", 10, 2)]);
    let reserved = ProductError::Reserved {
        size: label("M"),
        color: label("Red"),
        reserved: 2,
    };
    let gone = before.edited(of_variants(Vec::new()), &actor());
    assert_eq!(gone.unwrap_err(), reserved);
    assert_eq!(before.removed(&actor()).unwrap_err(), reserved);
    let below = before.edited(of_variants(vec![edit("M", "Red", Some(1))]), &actor());
    assert!(matches!(
        below,
        Err(ProductError::Level {
            reason: LevelError::BelowReserved { reserved: 2 },
            ..
        })
    ));
}

#[test]
fn a_variant_stands_there_once_and_sizes_stand_together() {
    let twice = vec![edit("M", "Red", None), edit("M", "Red", None)];
    let refused = product(&[]).edited(of_variants(twice), &actor());
    assert!(matches!(refused, Err(ProductError::Twice { .. })));
    let mixed = vec![
        edit("L", "Red", None),
        edit("M", "Red", None),
        edit("L", "Blue", None),
    ];
    let (after, _) = product(&[]).edited(of_variants(mixed), &actor()).unwrap();
    let order: Vec<_> = after
        .variants
        .iter()
        .map(|v| format!("{} {}", v.size, v.color))
        .collect();
    assert_eq!(order, ["L Red", "L Blue", "M Red"]);
}
