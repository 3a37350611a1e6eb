//! What people do with bookings, from end to end, and what is there for whoever runs the gateway.

mod events;
mod examples;
mod operations;
mod refusals;
mod workflow;
