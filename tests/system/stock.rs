//! Stock under everything that may happen to it: sold by many at once, on several nodes, cut off in the middle, asked too
//! much, and read right after.

mod baskets;
mod crash;
mod deeds;
mod failover;
mod freshness;
mod integration;
mod overload;
mod shop;
mod storm;
