use serde::{Deserialize, Serialize};

/// A company at Metakocka: its key, its registers, its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Company {
    /// `company_id`.
    pub id: String,
    /// `secret_key`. It is not shown.
    #[serde(skip_serializing)]
    pub secret_key: String,
    /// Marks; the first one is the default, which unknown ones silently become.
    pub warehouses: Vec<String>,
    /// Ways of delivery; an unknown one is silently dropped.
    pub delivery_types: Vec<String>,
    /// Names; an unknown one is refused, the first one is the default.
    pub profit_centers: Vec<String>,
    /// Names; an unknown one is refused, and with it the valid ones are told.
    pub payment_types: Vec<String>,
    /// Those that want a fiscal register, which the company does not have.
    pub fiscal_payment_types: Vec<String>,
    /// The key that is sent and the label that is shown.
    pub statuses: Vec<(String, String)>,
    /// Codes of taxes with their rates in percent.
    pub taxes: Vec<(String, String)>,
    /// What it sells.
    pub products: Vec<Product>,
    /// How it is set up.
    pub settings: Settings,
}

/// What is sold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Product {
    /// The code that documents name it by.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `kos`, `ura`, …
    pub unit: String,
    /// Only of a service may there be −1.
    pub service: bool,
}

/// What differs from company to company, or is not known for sure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own, as in the original's forms"
)]
pub struct Settings {
    /// "Verification of unique customer's order number": a second document with a `buyer_order` is refused.
    pub unique_buyer_order: bool,
    /// `tax_factor` 0 is refused, with words that mislead.
    pub refuses_zero_tax_factor: bool,
    /// Products that nobody knows are taken without a unit. Real companies do not do that; demos do.
    pub sells_anything: bool,
    /// The tax is rounded line by line, not once for the document.
    pub rounds_lines: bool,
    /// The free text search looks into `buyer_order` too.
    pub query_finds_buyer_order: bool,
    /// Only orders can be searched by `customer_order`; for others that is refused.
    pub only_orders_by_buyer_order: bool,
    /// Every list with one element is sent as that element, also lines and hits.
    pub single_as_object: bool,
    /// A second search at the same time is refused instead of waiting.
    pub refuses_second_search: bool,
    /// Calls come from an address that is not on the company's list.
    pub blocks_address: bool,
    /// So many calls are answered in a minute.
    pub quota_per_minute: Option<u32>,
    /// Milliseconds that a call takes.
    pub call_ms: u64,
    /// Milliseconds that a search takes on top.
    pub search_ms: u64,
    /// Milliseconds until a change shows in searches.
    pub search_lag_ms: u32,
}

impl Default for Company {
    fn default() -> Self {
        Self::new("16", "secret-key-of-16")
    }
}

impl Company {
    /// A Slovenian company with usual registers, which sells `ART-1` to `ART-9` and the service `DELO`.
    pub fn new(id: &str, secret_key: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret_key: secret_key.to_owned(),
            warehouses: owned(["glavno", "trgovina"]),
            delivery_types: owned(["posta_slovenije", "gls", "osebni_prevzem"]),
            profit_centers: owned(["Redna prodaja", "Splet"]),
            payment_types: owned(["Transakcijski račun", "PayPal", "Gotovina"]),
            fiscal_payment_types: owned(["Gotovina"]),
            statuses: pairs([
                ("new_order", "Novo naročilo"),
                ("draft", "Osnutek"),
                ("created", "Ustvarjeno"),
                ("ready_to_ship", "Pripravljeno za odpremo"),
                ("shipped", "Odpremljen"),
                ("cancelled", "Preklicano"),
            ]),
            taxes: pairs([
                ("EX4", "22"),
                ("220", "22"),
                ("200", "20"),
                ("095", "9.5"),
                ("085", "8.5"),
                ("EX2", "5"),
                ("000", "0"),
            ]),
            products: assortment(),
            settings: Settings::default(),
        }
    }

    /// Set up otherwise.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }
}

fn assortment() -> Vec<Product> {
    let articles = (1..=9).map(|number| Product {
        code: format!("ART-{number}"),
        name: format!("Artikel {number}"),
        unit: "kos".to_owned(),
        service: false,
    });
    let work = Product {
        code: "DELO".to_owned(),
        name: "Delo".to_owned(),
        unit: "ura".to_owned(),
        service: true,
    };
    articles.chain([work]).collect()
}

fn owned<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
}
