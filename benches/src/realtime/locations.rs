use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval_at},
};

use super::{
    cores, tokens,
    wire::{Client, number},
};
use crate::{
    http::p99,
    node::Node,
    report::{Limit, Row},
    seed::Place,
};

const PARTNERS: u32 = 2_000;
const TRACKERS: u32 = 3;
/// How many places a partner sends in a second, first and then.
const RATES: [u32; 2] = [5, 15];
/// Nothing is measured until the load is steady.
const BEFORE: Duration = Duration::from_secs(3);
const TIME: Duration = Duration::from_secs(10);
/// A latitude grows by one in so many milliseconds: a place says when it was sent.
const MILLIS: f64 = 10_000.0;

/// What one rate came to.
struct Phase {
    delay: Duration,
    deliveries: usize,
    megabytes: f64,
}

/// Partners say where they are, and three devices of a customer follow each of them: how old a place is when it comes.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let phases = cores::on_own_core(measure).await?;
    let mut rows: Vec<_> = phases.iter().zip(RATES).map(|(phase, rate)| Row {
        what: format!("{PARTNERS} partners, {rate} places/s each, {TRACKERS} trackers each: age of a place, p99, ms"),
        measured: format!("{:.1} ms", millis(phase.delay)),
        baseline: format!("{} places came in {} s", phase.deliveries, TIME.as_secs()),
        value: millis(phase.delay),
        limit: Limit::AtMost(100.0),
    }).collect();
    if let [usual, tripled] = phases.as_slice() {
        rows.push(Row {
            what: "memory while three times as many places come".to_owned(),
            measured: format!("{:.0} MB", tripled.megabytes),
            baseline: format!("{:.0} MB before", usual.megabytes),
            value: tripled.megabytes / usual.megabytes,
            limit: Limit::AtMost(1.1),
        });
    }
    Ok(rows)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How old places were when they came.
#[derive(Clone, Default)]
struct Ages(Arc<Mutex<Vec<Duration>>>);

impl Ages {
    fn push(&self, age: Duration) {
        let mut ages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ages.push(age);
    }

    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn measure() -> anyhow::Result<Vec<Phase>> {
    let place = Place::sqlite().await?;
    place.fill(PARTNERS, PARTNERS).await?;
    place.assign(PARTNERS).await?;
    let node = Node::start_on(cores::OF_SERVERS, &place.url()).await?;
    let (began, ages) = (Instant::now(), Ages::default());
    let (mut following, mut cars) = (JoinSet::new(), Vec::new());
    for n in 0..PARTNERS {
        let token = tokens::issue(&format!("customer-{n}"), "customer")?;
        for _ in 0..TRACKERS {
            let mut client = Client::join(&node.address, "/customer", Some(&token)).await?;
            let booking = format!("booking-{n}").into();
            client.ask("/customer", "booking:track", &booking).await?;
            following.spawn(follow(client, began, ages.clone()));
        }
        let token = tokens::issue(&format!("partner-{n}"), "partner")?;
        cars.push(Client::join(&node.address, "/partner", Some(&token)).await?);
    }
    let mut phases = Vec::new();
    for rate in RATES {
        let mut driving = JoinSet::new();
        for (n, car) in std::mem::take(&mut cars).into_iter().enumerate() {
            driving.spawn(drive((n, car), rate, began));
        }
        let _ = tokio::time::timeout(BEFORE, std::future::pending::<()>()).await;
        drop(ages.take());
        let _ = tokio::time::timeout(TIME, std::future::pending::<()>()).await;
        let measured = ages.take();
        phases.push(Phase {
            deliveries: measured.len(),
            delay: p99(measured),
            megabytes: node.memory("VmRSS")?,
        });
        while let Some(car) = driving.join_next().await {
            cars.push(car??);
        }
    }
    anyhow::ensure!(following.try_join_next().is_none(), "a tracker was cut off");
    Ok(phases)
}

/// Says again and again where a partner is: here, at a latitude that tells the time.
async fn drive((n, mut car): (usize, Client), rate: u32, began: Instant) -> anyhow::Result<Client> {
    let period = Duration::from_secs(1) / rate;
    let ended = Instant::now() + BEFORE + TIME;
    // Cars do not send at the same moment.
    let first = period * u32::try_from(n)? / PARTNERS;
    let mut ticks = interval_at(tokio::time::Instant::now() + first, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while Instant::now() < ended {
        // A client that answers no heartbeat is cut off.
        tokio::select! {
            packet = car.packet() => { drop(packet?); continue; }
            _ = ticks.tick() => {}
        }
        let latitude = millis(began.elapsed()) / MILLIS;
        let place = json!(["location:update", {"latitude": latitude, "longitude": 77.209}]);
        car.send(&format!("42/partner,{place}")).await?;
    }
    Ok(car)
}

async fn follow(mut client: Client, began: Instant, ages: Ages) -> anyhow::Result<()> {
    loop {
        let packet = client.packet().await?;
        if packet.starts_with(b"2/customer,[\"partner:location_update\"") {
            let sent = number(&packet, "\"latitude\"")? * MILLIS / 1000.0;
            let age = began.elapsed().as_secs_f64() - sent;
            ages.push(Duration::from_secs_f64(age.max(0.0)));
        }
    }
}
