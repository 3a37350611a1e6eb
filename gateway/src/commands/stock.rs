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
    let database = start::connect(&Storage::read(source)?).await?;
    let schema = migrations::check(&database).await;
    schema.map_err(|error| start::refused(&error))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let found = Shop::new(&database, &clock).stock.verify().await;
    database.close().await;
    let found = found.map_err(|error| StartError::because("DATABASE_URL", &error))?;
    tell(&found);
    Ok(if found.total == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(found: &Verification) {
    let Verification {
        variants,
        movements,
        total,
        differences,
    } = found;
    for difference in differences {
        say(format_args!("{}", line(difference)));
    }
    let unnamed = total.saturating_sub(differences.len() as u64);
    if unnamed > 0 {
        say(format_args!("… and {unnamed} more"));
    }
    let verdict = match total {
        0 => "no difference".to_owned(),
        1 => "1 difference".to_owned(),
        total => format!("{total} differences"),
    };
    say(format_args!(
        "{variants} variants, {movements} movements: {verdict}"
    ));
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
