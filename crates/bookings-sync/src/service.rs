mod bookings;
mod partners;
mod sync;

pub use self::{
    bookings::{Bookings, Change, Viewer},
    partners::Partners,
    sync::{BookingSync, SyncDone, SyncStatus},
};
