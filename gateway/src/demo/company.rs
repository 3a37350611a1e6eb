//! A small company on the Slovenian coast that repairs, cleans and installs.

use bookings_sync::Status::{
    self, Cancelled, Completed, InProgress, PartnerAccepted, PartnerAssigned, Pending,
};

/// What everybody signs in with.
pub(super) const PASSWORD: &str = "lockstep-demo";
/// Where everybody's mail goes.
pub(super) const DOMAIN: &str = "lockstep.demo";
/// The admin's id, and the beginning of their address.
pub(super) const ADMIN: &str = "admin";
/// The company.
pub(super) const ORGANIZATION: &str = "Obala Field Services";
pub(super) const CURRENCY: &str = "EUR";

/// Somebody who orders work.
pub(super) struct Customer {
    /// The account's id, and the beginning of their address.
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) phone: &'static str,
    pub(super) address: &'static str,
}

/// Somebody who does it.
pub(super) struct Partner {
    /// The account's id, and the beginning of their address.
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) phone: &'static str,
    pub(super) services: &'static [&'static str],
    pub(super) document: &'static str,
    pub(super) is_approved: bool,
}

/// Some work.
pub(super) struct Job {
    /// Whose, as a place in [`CUSTOMERS`].
    pub(super) customer: usize,
    /// Who does it, as a place in [`PARTNERS`].
    pub(super) partner: usize,
    pub(super) service: &'static str,
    pub(super) amount: &'static str,
    /// Hours from now.
    pub(super) at: i64,
    pub(super) status: Status,
    pub(super) notes: Option<&'static str>,
}

const fn customer(
    id: &'static str,
    name: &'static str,
    phone: &'static str,
    address: &'static str,
) -> Customer {
    Customer {
        id,
        name,
        phone,
        address,
    }
}

pub(super) const CUSTOMERS: [Customer; 6] = [
    customer(
        "nina",
        "Nina Kovač",
        "+386 40 111 201",
        "Čevljarska ulica 12, 6000 Koper",
    ),
    customer(
        "luka",
        "Luka Bizjak",
        "+386 40 111 202",
        "Cankarjeva ulica 4, 6310 Izola",
    ),
    customer(
        "eva",
        "Eva Turk",
        "+386 40 111 203",
        "Tartinijev trg 7, 6330 Piran",
    ),
    customer(
        "hotel-mandrac",
        "Hotel Mandrač, reception",
        "+386 5 640 12 00",
        "Obala 33, 6320 Portorož",
    ),
    customer(
        "mia",
        "Mia Furlan",
        "+386 40 111 205",
        "Vojkovo nabrežje 21, 6000 Koper",
    ),
    customer(
        "jure",
        "Jure Oblak",
        "+386 40 111 206",
        "Ljubljanska cesta 18, 6310 Izola",
    ),
];

pub(super) const PARTNERS: [Partner; 4] = [
    Partner {
        id: "marko",
        name: "Marko Hribar",
        phone: "+386 41 222 301",
        services: &["Heat pumps", "Plumbing"],
        document: "PB1204417",
        is_approved: true,
    },
    Partner {
        id: "sara",
        name: "Sara Vidmar",
        phone: "+386 41 222 302",
        services: &["Deep cleaning", "Window cleaning"],
        document: "PB1187320",
        is_approved: true,
    },
    Partner {
        id: "tomaz",
        name: "Tomaž Rener",
        phone: "+386 41 222 303",
        services: &["Electrical work", "Appliance repair"],
        document: "IB0093415",
        is_approved: true,
    },
    Partner {
        id: "petra",
        name: "Petra Žagar",
        phone: "+386 41 222 304",
        services: &["Gardening"],
        document: "PB1310022",
        is_approved: false,
    },
];

const MARKO: usize = 0;
const SARA: usize = 1;
const TOMAZ: usize = 2;

const fn job(
    (customer, partner): (usize, usize),
    (service, amount): (&'static str, &'static str),
    at: i64,
    status: Status,
    notes: Option<&'static str>,
) -> Job {
    Job {
        customer,
        partner,
        service,
        amount,
        at,
        status,
        notes,
    }
}

pub(super) const JOBS: [Job; 25] = [
    job(
        (0, SARA),
        ("Deep cleaning, 3 rooms", "129.00"),
        -220,
        Completed,
        None,
    ),
    job(
        (1, MARKO),
        ("Boiler replacement", "640.50"),
        -172,
        Completed,
        Some("Old boiler to the recycling yard"),
    ),
    job(
        (3, SARA),
        ("Window cleaning, 2 floors", "310.00"),
        -150,
        Completed,
        None,
    ),
    job(
        (2, TOMAZ),
        ("Fuse box check", "75.00"),
        -97,
        Completed,
        None,
    ),
    job(
        (3, TOMAZ),
        ("Dishwasher repair", "148.90"),
        -76,
        Completed,
        Some("Kitchen entrance, ask for Ana"),
    ),
    job(
        (4, MARKO),
        ("Tap replacement", "62.00"),
        -49,
        Completed,
        None,
    ),
    job(
        (5, SARA),
        ("Deep cleaning, 2 rooms", "99.00"),
        -120,
        Cancelled,
        None,
    ),
    job((0, TOMAZ), ("Oven repair", "85.00"), -30, Cancelled, None),
    job(
        (2, MARKO),
        ("Heat pump service", "180.00"),
        20,
        Cancelled,
        None,
    ),
    job(
        (3, MARKO),
        ("Heat pump service, 4 units", "540.00"),
        -2,
        InProgress,
        Some("Roof key at the reception"),
    ),
    job(
        (4, SARA),
        ("Window cleaning", "80.00"),
        -1,
        InProgress,
        None,
    ),
    job(
        (1, TOMAZ),
        ("New sockets, kitchen", "210.00"),
        -1,
        InProgress,
        None,
    ),
    job(
        (0, MARKO),
        ("Leaking pipe", "95.00"),
        2,
        PartnerAccepted,
        Some("Water is shut off"),
    ),
    job(
        (5, TOMAZ),
        ("Washing machine repair", "110.00"),
        4,
        PartnerAccepted,
        None,
    ),
    job(
        (2, SARA),
        ("Deep cleaning, studio", "89.00"),
        6,
        PartnerAccepted,
        None,
    ),
    job(
        (3, SARA),
        ("Conference room, after the event", "260.00"),
        22,
        PartnerAccepted,
        None,
    ),
    job(
        (4, MARKO),
        ("Radiator replacement", "235.00"),
        25,
        PartnerAssigned,
        None,
    ),
    job(
        (5, MARKO),
        ("Bathroom tap", "58.40"),
        27,
        PartnerAssigned,
        None,
    ),
    job(
        (1, SARA),
        ("Window cleaning", "70.00"),
        46,
        PartnerAssigned,
        Some("Dog in the garden, friendly"),
    ),
    job(
        (0, TOMAZ),
        ("Ceiling lights", "140.00"),
        49,
        PartnerAssigned,
        None,
    ),
    job((2, TOMAZ), ("Intercom repair", "65.00"), 51, Pending, None),
    job((3, MARKO), ("Pool pump check", "120.00"), 70, Pending, None),
    job(
        (4, SARA),
        ("Move-out cleaning", "190.00"),
        74,
        Pending,
        None,
    ),
    job(
        (5, TOMAZ),
        ("Electric car charger", "890.00"),
        98,
        Pending,
        Some("Garage on the lower level"),
    ),
    job((1, MARKO), ("Heat pump quote", "0"), 120, Pending, None),
];
