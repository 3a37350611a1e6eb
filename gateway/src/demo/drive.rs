use std::{
    f64::consts::TAU,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use auth::AccountId;
use realtime::{Coordinate, Realtime};
use tokio_util::sync::CancellationToken;

use super::company::PARTNERS;

/// How often partners are somewhere else.
const PERIOD: Duration = Duration::from_secs(1);
/// Places on a partner's round, a second apart.
const PLACES: u32 = 240;
/// Between Koper and Izola, in degrees north and east.
const MIDDLE: (f64, f64) = (45.541, 13.695);
/// How far a round leads away from there, in degrees.
const REACH: (f64, f64) = (0.010, 0.040);

/// Drives the partners round and round.
#[derive(Clone)]
pub(super) struct Drive {
    realtime: Realtime,
    next: Arc<AtomicU32>,
}

impl Drive {
    /// Drives those who are approved; `realtime` tells their customers.
    pub(super) fn new(realtime: Realtime) -> Self {
        Self {
            realtime,
            next: Arc::default(),
        }
    }

    /// Drives until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut period = tokio::time::interval(PERIOD);
        while stop.run_until_cancelled(period.tick()).await.is_some() {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            for (partner, place) in places(turn) {
                self.realtime.move_partner(&partner, place);
            }
        }
    }
}

/// Where everybody is in the second `turn`, each at another part of the round.
fn places(turn: u32) -> impl Iterator<Item = (AccountId, Coordinate)> {
    let drivers = PARTNERS.iter().filter(|partner| partner.is_approved);
    (0..).zip(drivers).filter_map(move |(n, partner)| {
        let part = f64::from((turn + n * 37) % PLACES) / f64::from(PLACES) * TAU;
        let north = MIDDLE.0 + REACH.0 * part.sin();
        let east = MIDDLE.1 + REACH.1 * part.cos();
        let place = Coordinate::new(north, east).ok()?;
        Some((AccountId::parse(partner.id).ok()?, place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_moves_and_comes_round() {
        let (first, next) = (places(0).collect::<Vec<_>>(), places(1).collect::<Vec<_>>());
        assert!(first.len() > 1);
        for (before, after) in first.iter().zip(&next) {
            assert_eq!(before.0, after.0);
            assert_ne!(before.1, after.1);
        }
        assert_eq!(places(PLACES).collect::<Vec<_>>(), first);
    }
}
