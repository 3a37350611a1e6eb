use super::{
    Cause, RemoteError, RemoteUsers, Server, attempt::Attempt, read::LIMIT, session::Session,
};
use crate::model::DoubtKind;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedStep {
    /// `signIn`, `list`, `paging` or `counts`.
    pub name: &'static str,
    /// Whether it works; `None` where it could not be tried.
    pub ok: Option<bool>,
    /// What was seen, for a person.
    pub message: String,
}

/// How a server speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Where its token stands.
    pub token_at: Option<String>,
    /// Where its users stand; `array` where the answer is the list.
    pub users_at: Option<&'static str>,
    /// How many users it says there are.
    pub total: Option<u64>,
    /// How many rows its first page has.
    pub page_size: Option<usize>,
}

/// What came out of looking at a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// What was looked at, in order.
    pub steps: Vec<CheckedStep>,
    /// How it speaks.
    pub shape: Shape,
    /// Distinct valid users, where all pages were read.
    pub users: Option<usize>,
}

const STEPS: [&str; 4] = ["signIn", "list", "paging", "counts"];

impl Examination {
    /// Whether everything works.
    pub fn is_well(&self) -> bool {
        self.steps.iter().all(|step| step.ok == Some(true))
    }

    fn note(&mut self, ok: bool, message: impl Into<String>) {
        self.steps.push(CheckedStep {
            name: STEPS[self.steps.len()],
            ok: Some(ok),
            message: message.into(),
        });
    }

    fn give_up(mut self, error: &RemoteError) -> Self {
        self.note(false, error.to_string());
        for name in &STEPS[self.steps.len()..] {
            self.steps.push(CheckedStep {
                name,
                ok: None,
                message: "not tried".to_owned(),
            });
        }
        self
    }
}

impl RemoteUsers {
    /// Looks at a server from the sign-in to the last page, without any plan.
    pub async fn examine(&self, server: &Server) -> Examination {
        let mut seen = Examination::default();
        let looked = tokio::time::timeout(self.patience.whole, self.look(server, &mut seen)).await;
        match looked.unwrap_or(Err(RemoteError::Fetch(Cause::Timeout))) {
            Ok(()) => seen,
            Err(error) => seen.give_up(&error),
        }
    }

    async fn look(&self, server: &Server, seen: &mut Examination) -> Result<(), RemoteError> {
        let (_, place) = self.sign_in(server).await?;
        seen.note(true, format!("The token stands in {place}"));
        seen.shape.token_at = Some(place);
        let session = Session::open(self, server).await?;
        let first = self.page(&session, server, 1).await?;
        let rows = first.rows.len();
        seen.note(
            true,
            format!("The first page has {rows} rows in {}", first.users_at),
        );
        seen.shape.users_at = Some(first.users_at);
        seen.shape.page_size = Some(rows);
        seen.shape.total = first.total;
        let mut taken = Attempt::default();
        taken.take(first)?;
        drop(taken);
        let reading = self.read(server, &|_, _| {}).await?;
        let doubt = reading.doubts.first();
        let is_repeating = doubt.is_some_and(|doubt| doubt.kind == DoubtKind::RepeatedPages);
        match doubt {
            Some(doubt) if is_repeating => seen.note(false, doubt.sentence.clone()),
            _ if rows < LIMIT => seen.note(true, "All pages were read"),
            _ => seen.note(true, "Pages follow each other"),
        }
        match doubt {
            Some(doubt) => seen.note(false, doubt.sentence.clone()),
            None => seen.note(
                true,
                format!(
                    "{} users, {} invalid rows",
                    reading.users.valid(),
                    reading.invalid.len()
                ),
            ),
        }
        seen.users = Some(reading.users.valid());
        Ok(())
    }
}
