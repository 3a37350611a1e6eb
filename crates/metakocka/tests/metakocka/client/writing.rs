use rust_decimal::Decimal;

use metakocka::{
    DocumentType, Erp as _, ErpError, OutgoingDocument, OutgoingItem, OutgoingLine, Tax,
};
use simulators::metakocka::Call;

use super::{COMPANY, Remote, date, line, order};

/// The code and the words of a refusal.
async fn refusal(remote: &Remote, document: OutgoingDocument) -> (String, String) {
    match remote.erp.create(&remote.access, &document).await {
        Err(error @ ErpError::Refused { .. }) => {
            assert!(error.is_nothing_saved());
            assert_eq!(remote.count(), 0);
            let words = error.to_string();
            (error.code().unwrap().to_owned(), words)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_sent_is_what_is_there() {
    let remote = Remote::new().await;
    let mut document = order("LS-1");
    document.number = Some("2026-0001".to_owned());
    document.due_date = Some(date(2026, 2, 19));
    document.notes = Some("Ring twice".to_owned());
    document.status = Some("shipped".to_owned());
    document.warehouse = Some("trgovina".to_owned());
    document.delivery_type = Some("gls".to_owned());
    document.lines[0].discount_percent = Some(Decimal::TEN);
    let made = remote.made(&document).await;
    assert_eq!(made.number.as_deref(), Some("2026-0001"));
    assert_eq!(made.document_date, date(2026, 1, 20));
    assert_eq!(made.due_date, document.due_date);
    assert_eq!((made.notes, made.status), (document.notes, document.status));
    assert_eq!(made.warehouse.as_deref(), Some("trgovina"));
    assert_eq!(made.delivery_type.as_deref(), Some("gls"));
    assert_eq!(made.buyer_order.as_deref(), Some("LS-1"));
    assert_eq!(made.customer.email.as_deref(), Some("ana@example.com"));
    assert_eq!(made.customer.country_code.as_deref(), Some("SI"));
    assert_eq!(made.customer.is_company, Some(false));
    assert_eq!(made.total, Some(Decimal::new(2_196, 2)));
    let line = &made.lines[0];
    assert_eq!(
        (line.quantity, line.unit_price),
        (Decimal::TWO, Decimal::TEN)
    );
    assert_eq!(line.discount_percent, Some(Decimal::TEN));
    assert_eq!(line.tax_percent, Some(Decimal::from(22)));
}

#[tokio::test]
async fn each_type_is_made_and_found() {
    let remote = Remote::new().await;
    for document_type in DocumentType::ALL {
        let mut document = order("LS-1");
        document.document_type = document_type;
        let made = remote.made(&document).await;
        assert_eq!(made.document_type, document_type);
    }
    let types = remote.server.documents(COMPANY);
    let types: Vec<_> = types.iter().map(|made| made.doc_type.as_str()).collect();
    assert_eq!(types, DocumentType::ALL.map(DocumentType::remote_name));
}

#[tokio::test]
async fn a_day_is_sent_with_the_literal_suffix_in_winter_too() {
    let remote = Remote::new().await;
    for day in [date(2026, 1, 31), date(2026, 7, 31), date(2024, 2, 29)] {
        let mut document = order("LS-1");
        document.document_date = day;
        assert_eq!(remote.made(&document).await.document_date, day);
    }
}

#[tokio::test]
async fn a_taken_number_is_answered_with_another_one() {
    let remote = Remote::new().await;
    let mut document = order("LS-1");
    document.number = Some("7".to_owned());
    remote.made(&document).await;
    let saved = remote.erp.create(&remote.access, &document).await.unwrap();
    assert_eq!(saved.number.as_deref(), Some("1/2026"));
}

#[tokio::test]
async fn silent_replacements_show_when_it_is_read_back() {
    let remote = Remote::new().await;
    let mut document = order("LS-1");
    document.warehouse = Some("elsewhere".to_owned());
    document.delivery_type = Some("balloon".to_owned());
    let made = remote.made(&document).await;
    assert_eq!(
        (made.warehouse.as_deref(), made.delivery_type),
        (Some("glavno"), None)
    );
}

#[tokio::test]
async fn a_unit_is_never_sent_for_an_article() {
    let remote = Remote::new().await;
    let mut document = order("LS-1");
    document.lines = vec![line("UNKNOWN", 1, 1)];
    let (code, words) = refusal(&remote, document).await;
    assert_eq!(code, "8");
    assert!(
        words.ends_with("unit must be set to add new product"),
        "{words}"
    );
}

#[tokio::test]
async fn a_line_without_a_code_has_a_name_and_a_unit() {
    let remote = Remote::new().await;
    let mut document = order("LS-1");
    let item = OutgoingItem::Named {
        name: "Popravilo".to_owned(),
        unit: "ura".to_owned(),
    };
    document.lines.push(OutgoingLine {
        item,
        tax: Tax::Code("000".to_owned()),
        ..line("", 1, 5)
    });
    let made = remote.made(&document).await;
    let line = &made.lines[1];
    assert_eq!(
        (line.code.as_deref(), line.name.as_deref()),
        (None, Some("Popravilo"))
    );
    assert_eq!(
        (line.tax_code.as_deref(), line.unit.as_deref()),
        (Some("000"), Some("ura"))
    );
    assert_eq!(made.total, Some(Decimal::new(2_940, 2)));
}

#[tokio::test]
async fn a_rate_is_sent_as_a_factor_and_a_code_as_it_is() {
    let remote = Remote::new().await;
    let mut document = order("LS-1");
    document.lines = vec![
        OutgoingLine {
            tax: Tax::Percent(Decimal::new(95, 1)),
            ..line("ART-1", 1, 100)
        },
        OutgoingLine {
            tax: Tax::Code("220".to_owned()),
            ..line("ART-2", 1, 100)
        },
    ];
    let made = remote.made(&document).await;
    let codes: Vec<_> = made
        .lines
        .iter()
        .map(|line| line.tax_code.as_deref())
        .collect();
    assert_eq!(codes, [Some("095"), Some("220")]);
    assert_eq!(made.lines[0].tax_percent, Some(Decimal::new(95, 1)));
}

#[tokio::test]
async fn refusals_come_with_their_words_and_save_nothing() {
    let remote = Remote::with(|settings| settings.refuses_zero_tax_factor = true).await;
    let mut document = order("LS-1");
    document.lines[0].tax = Tax::Percent(Decimal::from(77));
    let (code, words) = refusal(&remote, document).await;
    assert_eq!(code, "6");
    let wanted = "Attribute 'tax' for product with code 'ART-1' or name 'Artikel 1' must be set.";
    assert!(words.ends_with(wanted), "{words}");
    let mut document = order("LS-1");
    document.lines[0].tax = Tax::Percent(Decimal::ZERO);
    let (_, words) = refusal(&remote, document).await;
    assert!(words.ends_with("Extra columns not supported yet on SalesOrder Products"));
    let mut document = order("LS-1");
    document.status = Some("nonsense".to_owned());
    let (code, _) = refusal(&remote, document).await;
    assert_eq!(code, "2");
    let mut document = order("LS-1");
    document.customer.street.clear();
    let (code, words) = refusal(&remote, document).await;
    assert_eq!(code, "2");
    assert!(
        words.contains("mk_address_id or customer and street"),
        "{words}"
    );
}

#[tokio::test]
async fn a_refused_second_document_names_the_first() {
    let remote = Remote::with(|settings| settings.unique_buyer_order = true).await;
    let first = remote.made(&order("LS-1")).await;
    let error = remote.erp.create(&remote.access, &order("LS-1")).await;
    let ErpError::Refused {
        words, duplicates, ..
    } = error.unwrap_err()
    else {
        panic!("no refusal");
    };
    assert_eq!(words, "Documents with some buyer order already exist");
    assert_eq!(
        (&duplicates[0].id, &duplicates[0].number),
        (&first.id, &first.number)
    );
}

#[tokio::test]
async fn a_replaced_document_keeps_its_identity_and_number_and_loses_its_old_lines() {
    let remote = Remote::new().await;
    let first = remote.made(&order("LS-1")).await;
    let mut document = order("LS-1");
    document.lines = vec![line("ART-2", 1, 5)];
    document.number = Some("ignored".to_owned());
    let saved = remote
        .erp
        .replace(&remote.access, &first.id, &document)
        .await
        .unwrap();
    assert_eq!((&saved.id, &saved.number), (&first.id, &first.number));
    let second = remote.read(DocumentType::Order, &first.id).await;
    assert_eq!(second.lines.len(), 1);
    assert_eq!(second.lines[0].code.as_deref(), Some("ART-2"));
    let missing = remote.erp.replace(&remote.access, "1", &document).await;
    assert!(
        matches!(missing, Err(ErpError::Refused { .. })),
        "{missing:?}"
    );
    assert_eq!(remote.count(), 1);
}

#[tokio::test]
async fn nothing_is_called_twice_by_itself() {
    let remote = Remote::new().await;
    remote.made(&order("LS-1")).await;
    let calls = remote.server.calls();
    assert_eq!(
        (calls.of(Call::PutDocument), calls.of(Call::GetDocument)),
        (1, 1)
    );
    assert_eq!(calls.total(), 2);
}
