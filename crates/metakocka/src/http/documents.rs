use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Page, Text, Violations};

use super::{
    acting::Acting,
    form::{self, CustomerForm, LineForm},
    wire::{DocumentJson, nullable},
};
use crate::{
    model::{Content, DocumentId, DocumentNumber, SalesDocument},
    repository::DocumentFilter,
    service::{DocumentDraft, Metakocka},
};

/// Which documents.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentsQuery {
    /// `offer`, `order`, `invoice_domestic`, `invoice_foreign`, `invoice_retail`, `invoice_advance` or `credit_note`.
    document_type: Option<String>,
    /// The status that the CRM gave.
    #[param(max_length = 50)]
    status: Option<String>,
    /// `pending`, `synced`, `failed` or `conflict`.
    sync_status: Option<String>,
    /// A text in number, customer or notes, in any case.
    #[param(max_length = 200)]
    q: Option<String>,
}

impl DocumentsQuery {
    fn into_filter(self) -> Result<DocumentFilter, Violations> {
        let mut violations = Violations::default();
        let document_type = self
            .document_type
            .and_then(|text| form::document_type(&mut violations, &text));
        let sync_status = self
            .sync_status
            .and_then(|text| violations.check("syncStatus", text.parse()));
        let status = form::text::<50>(&mut violations, "status", self.status.as_deref());
        let q = form::text::<200>(&mut violations, "q", self.q.as_deref());
        violations.finish(|| {
            Some(DocumentFilter {
                document_type,
                sync_status,
                status: status.map(Text::into_string),
                text: q.map(Text::into_string),
            })
        })
    }
}

/// Sales documents of the organization, newest first.
#[utoipa::path(get, path = "/api/sales-documents", operation_id = "list_sales_documents", tag = "sales documents",
    params(DocumentsQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<DocumentJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(query): Query<DocumentsQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<DocumentJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let filter = query.into_filter()?;
    let (items, total) = metakocka.list_documents(&scope, &filter, page).await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// A new sales document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateDocument {
    /// A given id; otherwise one is made.
    #[schema(value_type = Option<String>)]
    id: Option<DocumentId>,
    document_type: Option<String>,
    /// A given number has to be the same in Metakocka; otherwise one is made here, and Metakocka numbers by itself.
    #[schema(max_length = 30)]
    document_number: Option<String>,
    customer: Option<CustomerForm>,
    lines: Option<Vec<LineForm>>,
    /// ISO 4217; EUR where it is left out.
    currency: Option<String>,
    /// `YYYY-MM-DD`; today where it is left out.
    document_date: Option<String>,
    due_date: Option<String>,
    #[schema(max_length = 4000)]
    notes: Option<String>,
    #[schema(max_length = 200)]
    warehouse: Option<String>,
    #[schema(max_length = 200)]
    delivery_type: Option<String>,
    /// `draft` where it is left out.
    #[schema(max_length = 50)]
    status: Option<String>,
}

impl CreateDocument {
    fn into_draft(self, today: chrono::NaiveDate) -> Result<DocumentDraft, Violations> {
        let mut violations = Violations::default();
        let v = &mut violations;
        let document_type = v.require("documentType", self.document_type, |text| text.parse());
        if self.customer.is_none() {
            v.add("customer", "is required");
        }
        let customer = self.customer.and_then(|form| form::customer(v, &form));
        if self.lines.is_none() {
            v.add("lines", "is required");
        }
        let lines = self.lines.and_then(|forms| form::lines(v, &forms));
        let currency = form::currency(v, self.currency.as_deref().unwrap_or("EUR"));
        let date = self.document_date.as_deref();
        let date = date.map_or(Some(today), |text| form::day(v, "documentDate", text));
        let due = self.due_date.as_deref();
        let due_date = due.and_then(|text| form::day(v, "dueDate", text));
        let number = form::text(v, "documentNumber", self.document_number.as_deref());
        let notes = form::text(v, "notes", self.notes.as_deref());
        let warehouse = form::text(v, "warehouse", self.warehouse.as_deref());
        let delivery_type = form::text(v, "deliveryType", self.delivery_type.as_deref());
        let status = self.status.filter(|status| !status.trim().is_empty());
        let status = v.check("status", Text::parse(status.as_deref().unwrap_or("draft")));
        // It stands for a number until one is made.
        let placeholder = Text::parse("-").ok().map(DocumentNumber::Made);
        let draft = violations.finish(|| {
            Some(DocumentDraft {
                id: self.id,
                number,
                content: Content {
                    document_type: document_type?,
                    number: placeholder?,
                    customer: customer?,
                    lines: lines?,
                    currency: currency?,
                    document_date: date?,
                    due_date,
                    notes,
                    warehouse,
                    delivery_type,
                },
                status: status?,
            })
        })?;
        form::whole(&draft.content)?;
        Ok(draft)
    }
}

/// Makes a sales document. It is sent when somebody says so.
#[utoipa::path(post, path = "/api/sales-documents", operation_id = "create_sales_document", tag = "sales documents",
    request_body = CreateDocument, security(("bearer" = [])),
    responses((status = 201, body = DocumentJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn create(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Json(request): Json<CreateDocument>,
) -> Result<(StatusCode, Json<DocumentJson>), ApiError> {
    let draft = request.into_draft(metakocka.now().date_naive())?;
    let document = metakocka.create_document(&scope, draft).await?;
    Ok((StatusCode::CREATED, Json(document.into())))
}

/// A sales document.
#[utoipa::path(get, path = "/api/sales-documents/{id}", operation_id = "find_sales_document", tag = "sales documents",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = DocumentJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<DocumentId>,
) -> Result<Json<DocumentJson>, ApiError> {
    Ok(Json(metakocka.find_document(&scope.key(&id)).await?.into()))
}

/// What is to change; what is left out stays, null removes what may be missing.
#[expect(clippy::option_option, reason = "null and left out are two things")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EditDocument {
    document_type: Option<String>,
    #[schema(max_length = 30)]
    document_number: Option<String>,
    /// All of the customer.
    customer: Option<CustomerForm>,
    /// All lines.
    lines: Option<Vec<LineForm>>,
    currency: Option<String>,
    document_date: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    due_date: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    notes: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    warehouse: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 200)]
    delivery_type: Option<Option<String>>,
    #[schema(max_length = 50)]
    status: Option<String>,
}

impl EditDocument {
    fn apply(&self, before: &SalesDocument) -> Result<SalesDocument, ApiError> {
        let mut violations = Violations::default();
        let mut after = before.clone();
        self.apply_content(&mut violations, &mut after.content);
        if let Some(status) = &self.status
            && let Some(status) = violations.check("status", Text::parse(status))
        {
            after.status = status;
        }
        let after = violations.finish(|| Some(after))?;
        form::whole(&after.content)?;
        Ok(after)
    }

    fn apply_content(&self, v: &mut Violations, content: &mut Content) {
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        let given = self.document_type.as_deref();
        let given = given.and_then(|text| form::document_type(v, text));
        set(&mut content.document_type, given);
        if let Some(text) = &self.document_number
            && text != content.number.as_str()
        {
            let number = v.check("documentNumber", Text::parse(text));
            set(&mut content.number, number.map(DocumentNumber::Given));
        }
        let customer = self.customer.as_ref();
        set(
            &mut content.customer,
            customer.and_then(|form| form::customer(v, form)),
        );
        let lines = self.lines.as_ref();
        set(
            &mut content.lines,
            lines.and_then(|forms| form::lines(v, forms)),
        );
        let code = self.currency.as_deref();
        set(
            &mut content.currency,
            code.and_then(|code| form::currency(v, code)),
        );
        let date = self.document_date.as_deref();
        let date = date.and_then(|text| form::day(v, "documentDate", text));
        set(&mut content.document_date, date);
        let due = self.due_date.as_ref().map(Option::as_deref);
        let due = due.map(|text| text.and_then(|text| form::day(v, "dueDate", text)));
        set(&mut content.due_date, due);
        let notes = self.notes.as_ref().map(Option::as_deref);
        set(
            &mut content.notes,
            notes.map(|text| form::text(v, "notes", text)),
        );
        let warehouse = self.warehouse.as_ref().map(Option::as_deref);
        let warehouse = warehouse.map(|text| form::text(v, "warehouse", text));
        set(&mut content.warehouse, warehouse);
        let delivery = self.delivery_type.as_ref().map(Option::as_deref);
        let delivery = delivery.map(|text| form::text(v, "deliveryType", text));
        set(&mut content.delivery_type, delivery);
    }
}

/// Changes a sales document. One that was synced is pending from then on.
#[utoipa::path(put, path = "/api/sales-documents/{id}", operation_id = "edit_sales_document", tag = "sales documents",
    params(("id" = String, Path)), request_body = EditDocument, security(("bearer" = [])),
    responses((status = 200, body = DocumentJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn edit(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<DocumentId>,
    Json(request): Json<EditDocument>,
) -> Result<Json<DocumentJson>, ApiError> {
    let key = scope.key(&id);
    let changed = metakocka.change_document(&key, |before| request.apply(before));
    Ok(Json(changed.await?.into()))
}

/// It is gone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesDocumentDeleted)]
pub(super) struct Deleted {
    success: bool,
}

/// Deletes a sales document here. What Metakocka has of it stays, and so does the history.
#[utoipa::path(delete, path = "/api/sales-documents/{id}", operation_id = "delete_sales_document", tag = "sales documents",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = Deleted), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Path(id): Path<DocumentId>,
) -> Result<Json<Deleted>, ApiError> {
    metakocka.delete_document(&scope.key(&id)).await?;
    Ok(Json(Deleted { success: true }))
}
