use super::User;

/// `count` users with the ids 1 to `count`.
pub fn people(count: u32) -> Vec<User> {
    (1..=count).map(|number| person(number.into())).collect()
}

/// The user `id`: `user00042@dkm`.
pub fn person(id: i64) -> User {
    let role = ["admin", "operator", "technician", "vendor"];
    let company = ["PT DWIPA KHARISMA MITRA", "CV SUMBER MAKMUR"];
    let place = |names: &[&str]| {
        let at = usize::try_from(id).unwrap_or_default() % names.len();
        names[at].to_owned()
    };
    User {
        name: format!("User {id}"),
        role: place(&role),
        company: place(&company),
        location: place(&["SURABAYA", "JAKARTA", "MALANG"]),
        ..User::new(id, &format!("user{id:05}@dkm"))
    }
}

fn staff(id: i64, email: &str, name: &str, role: &str) -> User {
    User {
        role: role.to_owned(),
        ..User::new(id, email).named(name)
    }
}

/// The eight users of the demo's server Dev.
pub fn dev() -> Vec<User> {
    vec![
        staff(1, "admin_surabaya@gmail.com", "Admin Surabaya", "admin"),
        staff(2, "vendor1@dkm", "Vendor Satu", "vendor"),
        staff(3, "budi.santoso@dkm", "Budi Santoso", "operator"),
        staff(4, "siti.rahma@dkm", "Siti Rahma", "operator"),
        staff(5, "agus.wijaya@dkm", "Agus Wijaya", "technician"),
        staff(6, "dewi.lestari@dkm", "Dewi Lestari", "technician"),
        staff(7, "rina.kusuma@dkm", "Rina Kusuma", "operator"),
        staff(8, "hendra.gunawan@dkm", "Hendra Gunawan", "supervisor"),
    ]
}

/// The seven users of the demo's server Test.
pub fn test() -> Vec<User> {
    let mut users = staying();
    users.extend([
        staff(7, "new_user1@dkm", "Putri Anggraini", "operator"),
        staff(8, "new_user2@dkm", "Fajar Nugroho", "operator"),
        staff(9, "new_user3@dkm", "Maya Sari", "technician"),
    ]);
    users
}

/// Those whom the demo's server Test had some time ago: three have come since, two have gone.
pub fn test_before() -> Vec<User> {
    let mut users = staying();
    users.extend([
        staff(5, "old_user1@dkm", "Rudi Hartono", "technician"),
        staff(6, "old_user2@dkm", "Sri Wahyuni", "operator"),
    ]);
    users
}

fn staying() -> Vec<User> {
    vec![
        staff(1, "admin_jakarta@gmail.com", "Admin Jakarta", "admin"),
        staff(2, "vendor1@dkm", "Vendor Satu", "vendor"),
        staff(3, "joko.prasetyo@dkm", "Joko Prasetyo", "technician"),
        staff(4, "lina.marlina@dkm", "Lina Marlina", "operator"),
    ]
}

/// The one user of the demo's server Prod.
pub fn production() -> Vec<User> {
    vec![staff(1, "vendor1@dkm", "Vendor Satu", "vendor")]
}
