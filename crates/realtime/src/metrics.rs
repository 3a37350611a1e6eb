//! What `/metrics` tells of sockets.

use crate::{model::Namespace, socket::Sent};

/// Says what the metrics are.
pub fn describe_metrics() {
    metrics::describe_gauge!("realtime_connections", "Connected clients, by namespace");
    metrics::describe_counter!(
        "realtime_events_in_total",
        "Events of clients, by event and outcome"
    );
    metrics::describe_counter!(
        "realtime_events_out_total",
        "Events sent to clients, by event"
    );
    metrics::describe_histogram!(
        "realtime_replay_events",
        "Missed events that a returning client was sent"
    );
    metrics::describe_counter!(
        "realtime_drops_total",
        "What was not sent, and clients that were cut off, by reason"
    );
}

/// A client came to a namespace or left it.
pub(crate) fn connections(namespace: Namespace, change: f64) {
    metrics::gauge!("realtime_connections", "namespace" => namespace.as_str()).increment(change);
}

/// A client sent an event; `event` is one of ours.
pub(crate) fn received(event: &'static str, outcome: &'static str) {
    metrics::counter!("realtime_events_in_total", "event" => event, "outcome" => outcome)
        .increment(1);
}

/// An event was sent, or dropped.
pub(crate) fn sent(event: &str, sent: Sent) {
    match sent {
        Sent::Queued => out(event, 1),
        Sent::Full => dropped("no_room"),
        Sent::Gone => {}
    }
}

/// `count` copies of an event were sent.
pub(crate) fn out(event: &str, count: u64) {
    metrics::counter!("realtime_events_out_total", "event" => event.to_owned()).increment(count);
}

/// Something was dropped, or somebody.
pub(crate) fn dropped(reason: &'static str) {
    metrics::counter!("realtime_drops_total", "reason" => reason).increment(1);
}

/// A returning client was sent what it missed.
#[expect(clippy::cast_precision_loss, reason = "nobody misses 2^52 events")]
pub(crate) fn replayed(events: usize) {
    metrics::histogram!("realtime_replay_events").record(events as f64);
}
