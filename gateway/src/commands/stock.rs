use std::{process::ExitCode, sync::Arc};

use clock::{Clock, SystemClock};
use stock::{Difference, Verification};

use super::say;
use crate::{
    config::{Log, Source, StartError, Storage},
    start, telemetry,
    wiring::Shop,
};

/// `gateway stock verify`: says what differs, and ends with 1 where anything does.
pub(super) async fn verify(source: Source<'_>) -> Result<ExitCode, StartError> {
    let _guard = telemetry::start(&Log {
        filter: "warn".to_owned(),
        ..Log::read(source)?
    })?;
    let found = look(source).await?;
    for line in lines(&found) {
        say(format_args!("{line}"));
    }
    Ok(if found.total == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn look(source: Source<'_>) -> Result<Verification, StartError> {
    let database = start::connect(&Storage::read(source)?).await?;
    let schema = migrations::check(&database).await;
    schema.map_err(|error| start::refused(&error))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let found = Shop::new(&database, &clock).stock.verify().await;
    database.close().await;
    found.map_err(|error| StartError::because("DATABASE_URL", &error))
}

/// What is said of it: a line a difference, and a verdict.
fn lines(found: &Verification) -> Vec<String> {
    let Verification {
        variants,
        movements,
        total,
        differences,
    } = found;
    let mut lines: Vec<_> = differences.iter().map(line).collect();
    let unnamed = total.saturating_sub(differences.len() as u64);
    if unnamed > 0 {
        lines.push(format!("… and {unnamed} more"));
    }
    let verdict = match total {
        0 => "no difference".to_owned(),
        1 => "1 difference".to_owned(),
        total => format!("{total} differences"),
    };
    lines.push(format!(
        "{variants} variants, {movements} movements: {verdict}"
    ));
    lines
}

fn line(difference: &Difference) -> String {
    let [product, size, color] = &difference.variant;
    let Difference {
        expected, found, ..
    } = difference;
    let variant = format!("{product}, {size} in {color}");
    match (difference.kind.as_str(), difference.movement_id) {
        ("balance", Some(id)) => format!(
            "{variant}: movement {id} says there were {found} afterwards, all up to it add up to {expected}"
        ),
        ("reserved", _) => {
            format!("{variant}: {found} are reserved, the holds add up to {expected}")
        }
        _ => format!("{variant}: the stock is {found}, the movements add up to {expected}"),
    }
}

#[cfg(test)]
mod tests {
    use test_support::{TestDatabase, on_both};

    use super::*;

    on_both!(what_differs_is_said_in_words);

    async fn said(test: &TestDatabase) -> (u64, Vec<String>) {
        let secret = "0123456789abcdef0123456789abcdef";
        let source = |name: &str| match name {
            "DATABASE_URL" => Some(test.url().to_owned()),
            "JWT_SECRET" => Some(secret.to_owned()),
            _ => None,
        };
        let found = look(&source).await.unwrap();
        (found.total, lines(&found))
    }

    async fn what_differs_is_said_in_words(test: TestDatabase) {
        let sound = vec!["0 variants, 0 movements: no difference".to_owned()];
        assert_eq!(said(&test).await, (0, sound));
        let product = "INSERT INTO products (id, title, price_minor, currency, search, created_at, updated_at) \
                       VALUES ('P1', 'Shirt', 0, 'EUR', 'shirt', 0, 0)";
        let variant = "INSERT INTO stock_variants (product_id, size, color, position, stock, reserved, updated_at) \
                       VALUES ('P1', 'M', 'Red', 1, 5, 2, 0)";
        let movement = "INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, \
                        actor_id, actor_kind, created_at) VALUES ('P1', 'M', 'Red', 'opening', 'opening', 4, 3, 'x', 'admin', 0)";
        for sql in [product, variant, movement] {
            test.tamper(sql).await;
        }
        let expected = [
            "P1, M in Red: movement 1 says there were 3 afterwards, all up to it add up to 4",
            "P1, M in Red: 2 are reserved, the holds add up to 0",
            "P1, M in Red: the stock is 5, the movements add up to 4",
            "1 variants, 1 movements: 3 differences",
        ];
        assert_eq!(said(&test).await, (3, expected.map(str::to_owned).into()));
    }
}
