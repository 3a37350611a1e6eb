use std::sync::{Arc, Mutex};

use outbox::Audience;

use super::*;
use crate::testing::{Doubles, account, document, now, partner, partner_account};

#[tokio::test]
async fn a_new_partner_is_told_to_admins() {
    let mut doubles = Doubles::default();
    doubles
        .partners
        .expect_insert()
        .times(1)
        .returning(|_, facts| {
            let [fact] = facts else { panic!("one fact") };
            assert_eq!(
                (&fact.audience, fact.event),
                (&Audience::Admins, "partner:registered")
            );
            assert_eq!(fact.payload["partnerId"], "p1");
            assert_eq!(fact.payload["services"][0], "cleaning");
            Ok(true)
        });
    let (_, partners) = doubles.services();
    let services = vec![Text::parse("cleaning").unwrap()];
    let made = partners
        .register(partner_account("p1"), services)
        .await
        .unwrap();
    assert_eq!(
        (made.kyc_status, made.created_at),
        (KycStatus::NotSubmitted, now())
    );
}

#[tokio::test]
async fn whoever_registers_twice_gets_the_profile_that_is_there() {
    let mut doubles = Doubles::default();
    doubles
        .partners
        .expect_insert()
        .times(1)
        .returning(|_, _| Ok(false));
    doubles
        .partners
        .expect_find()
        .returning(|_| Ok(Some(partner("p1", KycStatus::Approved))));
    let (_, partners) = doubles.services();
    let found = partners
        .register(partner_account("p1"), Vec::new())
        .await
        .unwrap();
    assert_eq!(found.kyc_status, KycStatus::Approved);
}

#[tokio::test]
async fn a_missing_profile_heals_itself_and_a_stranger_has_none() {
    let mut doubles = Doubles::default();
    doubles.partners.expect_find().returning(|_| Ok(None));
    doubles
        .directory
        .expect_find_partner()
        .returning(|id| Ok((id.as_str() == "p1").then(|| partner_account("p1"))));
    doubles
        .partners
        .expect_insert()
        .times(1)
        .returning(|_, _| Ok(true));
    let (_, partners) = doubles.services();
    assert_eq!(
        partners.find(&account("p1")).await.unwrap().name,
        "Partner p1"
    );
    let nobody = partners.find(&account("x")).await;
    assert!(matches!(nobody, Err(PartnerError::NotFound(id)) if id == account("x")));
}

#[tokio::test]
async fn a_document_is_told_to_admins_and_a_decision_to_nobody() {
    let mut doubles = Doubles::default();
    doubles
        .partners
        .expect_find()
        .returning(|_| Ok(Some(partner("p1", KycStatus::Pending))));
    let told = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&told);
    doubles
        .partners
        .expect_save()
        .times(2)
        .returning(move |saved, _, facts| {
            let events = facts.iter().map(|fact| (fact.audience.clone(), fact.event));
            seen.lock()
                .unwrap()
                .push((saved.kyc_status, events.collect::<Vec<_>>()));
            Ok(true)
        });
    let (_, partners) = doubles.services();
    partners
        .submit_kyc(&account("p1"), document())
        .await
        .unwrap();
    partners
        .decide_kyc(&account("p1"), KycDecision::Approve)
        .await
        .unwrap();
    let expected = [
        (
            KycStatus::Pending,
            vec![(Audience::Admins, "kyc:submitted")],
        ),
        (KycStatus::Approved, Vec::new()),
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test]
async fn what_others_made_of_a_profile_meanwhile_counts() {
    let mut doubles = Doubles::default();
    let approved = partner("p1", KycStatus::Approved);
    let versions = Mutex::new(vec![approved, partner("p1", KycStatus::Pending)]);
    doubles
        .partners
        .expect_find()
        .times(2)
        .returning(move |_| Ok(versions.lock().unwrap().pop()));
    doubles
        .partners
        .expect_save()
        .times(1)
        .returning(|_, _, _| Ok(false));
    let (_, partners) = doubles.services();
    let refused = partners.submit_kyc(&account("p1"), document()).await;
    assert!(matches!(refused, Err(PartnerError::AlreadyApproved)));
}

#[tokio::test]
async fn two_changes_in_one_moment_are_told_apart() {
    let mut doubles = Doubles::default();
    doubles
        .partners
        .expect_find()
        .returning(|_| Ok(Some(partner("p1", KycStatus::Pending))));
    doubles
        .partners
        .expect_save()
        .times(1)
        .returning(|saved, before, _| {
            assert_eq!(before, now());
            assert!(
                saved.updated_at > before,
                "or the next change would not see this one"
            );
            Ok(true)
        });
    let (_, partners) = doubles.services();
    partners
        .decide_kyc(&account("p1"), KycDecision::Approve)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_profile_that_others_never_leave_alone_is_given_up() {
    let mut doubles = Doubles::default();
    doubles
        .partners
        .expect_find()
        .returning(|_| Ok(Some(partner("p1", KycStatus::Pending))));
    doubles
        .partners
        .expect_save()
        .times(5)
        .returning(|_, _, _| Ok(false));
    let (_, partners) = doubles.services();
    let refused = partners
        .decide_kyc(&account("p1"), KycDecision::Reject(None))
        .await;
    assert!(matches!(refused, Err(PartnerError::Contended(_))));
}

#[tokio::test]
async fn what_is_out_of_order_is_refused() {
    let in_state = |status| {
        let mut doubles = Doubles::default();
        doubles
            .partners
            .expect_find()
            .returning(move |_| Ok(Some(partner("p1", status))));
        doubles.services().1
    };
    let submitted = in_state(KycStatus::Approved)
        .submit_kyc(&account("p1"), document())
        .await;
    assert!(matches!(submitted, Err(PartnerError::AlreadyApproved)));
    let partners = in_state(KycStatus::NotSubmitted);
    let decided = partners
        .decide_kyc(&account("p1"), KycDecision::Approve)
        .await;
    assert!(matches!(decided, Err(PartnerError::NothingSubmitted)));
}

#[tokio::test]
async fn an_account_that_did_not_change_is_not_saved() {
    let mut doubles = Doubles::default();
    doubles
        .partners
        .expect_insert()
        .times(2)
        .returning(|_, _| Ok(false));
    doubles
        .partners
        .expect_find()
        .returning(|_| Ok(Some(partner("p1", KycStatus::Approved))));
    doubles
        .partners
        .expect_save()
        .times(1)
        .returning(|saved, _, facts| {
            assert_eq!(
                (saved.name.as_str(), saved.kyc_status),
                ("Renée", KycStatus::Approved)
            );
            assert!(facts.is_empty());
            Ok(true)
        });
    let (_, partners) = doubles.services();
    partners.keep_profile(partner_account("p1")).await.unwrap();
    let renamed = PartnerAccount {
        name: "Renée".to_owned(),
        ..partner_account("p1")
    };
    partners.keep_profile(renamed).await.unwrap();
}
