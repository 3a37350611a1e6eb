use accounts::{Account, MemberRole, Name, NewAccount, NewOrganization, Password, Phone, Who};
use anyhow::{Context as _, Result};
use auth::{AccountId, Actor, Caller, Role};
use bookings_sync::{BookingDraft, BookingId, Change, KycDecision, KycDocument, Status};
use chrono::TimeDelta;
use futures_util::future::try_join_all;
use validation::{Currency, Email, Money, Text};

use super::{
    company::{
        self, ADMIN, CURRENCY, CUSTOMERS, DOMAIN, JOBS, Job, ORGANIZATION, PARTNERS, PASSWORD,
    },
    directory,
    outside::Outside,
    papers, shop,
};
use crate::{providers::PartnerProfiles, wiring::Parts};

/// Fills an empty database, as people would; the bookings are returned.
pub(super) async fn company(parts: &Parts, outside: &Outside) -> Result<Vec<BookingId>> {
    let admin = person(parts, (ADMIN, "Alenka Novak", None), Role::Admin);
    let customers = CUSTOMERS
        .iter()
        .map(|c| person(parts, (c.id, c.name, Some(c.phone)), Role::Customer));
    let partners = PARTNERS.iter().map(|partner| hired(parts, partner));
    // At once: their passwords take a core each.
    let (admin, ..) = tokio::try_join!(admin, try_join_all(customers), try_join_all(partners))?;
    let organization = NewOrganization {
        id: None,
        name: Name::parse(ORGANIZATION)?,
    };
    let organization = parts.accounts.create_organization(organization).await?;
    parts
        .accounts
        .add_member(
            &organization.id,
            Who::Id(admin.id.clone()),
            MemberRole::Admin,
        )
        .await?;
    let office = Caller::account(admin.id, admin.role).actor();
    shop::fill(parts, &office).await?;
    directory::locations(&parts.users.service, outside).await?;
    let today = parts.clock.now().date_naive();
    let documents = &parts.documents.metakocka;
    papers::fill(documents, outside, organization.id.clone(), today).await?;
    let mut bookings = Vec::with_capacity(JOBS.len());
    for job in &JOBS {
        bookings.push(
            book(parts, job, &office)
                .await
                .with_context(|| job.service)?,
        );
    }
    Ok(bookings)
}

async fn person(
    parts: &Parts,
    (id, name, phone): (&str, &str, Option<&str>),
    role: Role,
) -> Result<Account> {
    let account = NewAccount {
        id: Some(AccountId::parse(id)?),
        email: Email::parse(&format!("{id}@{DOMAIN}"))?,
        password: Password::parse(PASSWORD.into())?,
        name: Name::parse(name)?,
        phone: phone.map(Phone::parse).transpose()?,
        role,
    };
    Ok(parts.accounts.create_account(account).await?)
}

/// A partner, with the documents as far as they have come.
async fn hired(parts: &Parts, partner: &company::Partner) -> Result<()> {
    let services = partner
        .services
        .iter()
        .map(|service| Text::parse(service))
        .collect::<Result<_, _>>()?;
    let account = person(
        parts,
        (partner.id, partner.name, Some(partner.phone)),
        Role::Partner,
    );
    let account = PartnerProfiles::with_services(services, account).await?;
    let document = KycDocument {
        document_type: Text::parse("passport")?,
        document_number: Text::parse(partner.document)?,
        document_url: Text::parse(&format!(
            "https://documents.{DOMAIN}/{}.pdf",
            partner.document
        ))?,
    };
    parts.partners.submit_kyc(&account.id, document).await?;
    if partner.is_approved {
        parts
            .partners
            .decide_kyc(&account.id, KycDecision::Approve)
            .await?;
    }
    Ok(())
}

/// A booking, brought to its state by those who would.
async fn book(parts: &Parts, job: &Job, office: &Actor) -> Result<BookingId> {
    let (customer, partner) = (
        &CUSTOMERS[job.customer],
        AccountId::parse(PARTNERS[job.partner].id)?,
    );
    let customer_id = AccountId::parse(customer.id)?;
    let draft = BookingDraft {
        id: None,
        customer_id: customer_id.clone(),
        partner_id: None,
        service: Text::parse(job.service)?,
        scheduled_at: parts.clock.now() + TimeDelta::hours(job.at),
        address: Text::parse(customer.address)?,
        price: Money::new(Money::parse_amount(job.amount)?, Currency::parse(CURRENCY)?)?,
        status: None,
        notes: job.notes.map(Text::parse).transpose()?,
    };
    let id = parts.bookings.create(draft, office).await?.id;
    let by_partner = Caller::account(partner.clone(), Role::Partner).actor();
    let by_customer = Caller::account(customer_id.clone(), Role::Customer).actor();
    for status in way_to(job.status) {
        let (change, actor) = match status {
            Status::PartnerAssigned => (Change::Assign(partner.clone()), office),
            Status::Cancelled => (
                Change::ByCustomer(customer_id.clone(), *status),
                &by_customer,
            ),
            _ => (Change::ByPartner(partner.clone(), *status), &by_partner),
        };
        parts
            .bookings
            .change(&id, &change, (None, None), actor)
            .await?;
    }
    Ok(id)
}

/// The states between a new booking and `status`.
fn way_to(status: Status) -> &'static [Status] {
    use Status::{Cancelled, Completed, InProgress, PartnerAccepted, PartnerAssigned};
    const WORK: [Status; 4] = [PartnerAssigned, PartnerAccepted, InProgress, Completed];
    match status {
        Status::Pending => &[],
        Cancelled => &[PartnerAssigned, Cancelled],
        PartnerAssigned => &WORK[..1],
        PartnerAccepted => &WORK[..2],
        InProgress => &WORK[..3],
        Completed => &WORK,
    }
}
