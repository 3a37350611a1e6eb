use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A user of such a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct User {
    /// `id_user`; pages are sorted by it.
    pub id: i64,
    /// Without one the row has no such field.
    pub email: Option<String>,
    /// The whole name.
    pub name: String,
    /// As people write it.
    pub phone: Option<String>,
    /// `admin`, `vendor`, …
    pub role: String,
    /// The company's name.
    pub company: String,
    /// The place's name.
    pub location: String,
    /// `status_user` 1 or 0.
    pub active: bool,
    /// Sent instead of the row, whatever it is.
    pub odd: Option<Value>,
}

impl Default for User {
    fn default() -> Self {
        Self::new(0, "")
    }
}

impl User {
    /// An active user.
    pub fn new(id: i64, email: &str) -> Self {
        Self {
            id,
            email: Some(email.to_owned()),
            name: format!("User {id}"),
            phone: Some(format!("0857{id:08}")),
            role: "admin".to_owned(),
            company: "PT DWIPA KHARISMA MITRA".to_owned(),
            location: "SURABAYA".to_owned(),
            active: true,
            odd: None,
        }
    }

    /// A row of its own kind, in the place of the user `id`.
    pub fn odd(id: i64, row: Value) -> Self {
        Self {
            odd: Some(row),
            ..Self::new(id, "")
        }
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Not active any more.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    /// A row without the field `email`.
    #[must_use]
    pub fn without_email(mut self) -> Self {
        self.email = None;
        self
    }

    /// The row as it is sent.
    pub(super) fn row(&self) -> Value {
        if let Some(odd) = &self.odd {
            return odd.clone();
        }
        let mut row = json!({
            "id_user": self.id,
            "id_company": 1,
            "name": self.name,
            "phone": self.phone,
            "role": self.role,
            "vendor_repair_id": null,
            "status_user": i32::from(self.active),
            "created_at": "2023-05-13T05:10:19.000000Z",
            "updated_at": "2025-02-03T08:41:00.000000Z",
            "company": self.company,
            "location": self.location,
        });
        if let Some(email) = &self.email {
            row["email"] = json!(email);
        }
        row
    }

    /// Whether the text is found in the name or the e-mail.
    pub(super) fn matches(&self, text: &str) -> bool {
        let email = self.email.as_deref().unwrap_or_default();
        self.name.contains(text) || email.contains(text)
    }
}
