use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Behavior, Call, Calls, Change, EMAIL, Fault, PASSWORD, Seen, User};
use crate::Damage;

/// Calls that are remembered one by one.
const REMEMBERED: usize = 10_000;

/// Everything that a server knows.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) credentials: (String, String),
    pub(super) behavior: Behavior,
    pub(super) faults: Vec<Fault>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) calls: Calls,
    pub(super) seen: VecDeque<Seen>,
    pub(super) pages_now: u32,
    /// The newest first; shared, so that a page is cut without a lock.
    users: Arc<Vec<User>>,
}

/// A token that was given out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) expires: DateTime<Utc>,
    pages_left: Option<u32>,
}

impl State {
    pub(super) fn new(users: Vec<User>) -> Self {
        let mut state = Self {
            credentials: (EMAIL.to_owned(), PASSWORD.to_owned()),
            behavior: Behavior::default(),
            faults: Vec::new(),
            tokens: HashMap::new(),
            calls: Calls::default(),
            seen: VecDeque::new(),
            pages_now: 0,
            users: Arc::default(),
        };
        state.set_users(users);
        state
    }

    pub(super) fn users(&self) -> &Arc<Vec<User>> {
        &self.users
    }

    pub(super) fn set_users(&mut self, mut users: Vec<User>) {
        users.sort_by_key(|user| std::cmp::Reverse(user.id));
        self.users = Arc::new(users);
    }

    pub(super) fn forget_calls(&mut self) {
        self.calls = Calls::default();
        self.seen.clear();
    }

    /// Counts a call and says what goes wrong with it.
    pub(super) fn count(&mut self, seen: Seen, page: Option<usize>) -> Option<Damage> {
        let call = seen.call;
        *match call {
            Call::SignIn => &mut self.calls.sign_in,
            Call::Refresh => &mut self.calls.refresh,
            Call::Users => &mut self.calls.users,
            Call::Other => &mut self.calls.other,
        } += 1;
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
        let mut faults = self.faults.iter_mut();
        faults.find_map(|fault| fault.strike(call, page))
    }

    /// A new token, and when it expires.
    pub(super) fn issue(&mut self, now: DateTime<Utc>) -> (String, Token) {
        let token = Token {
            expires: now + TimeDelta::seconds(self.behavior.token_seconds.into()),
            pages_left: self.behavior.token_pages,
        };
        let text = format!("remote-token-{}", Uuid::now_v7());
        self.tokens.insert(text.clone(), token);
        (text, token)
    }

    /// Whether a token is good.
    pub(super) fn accepts(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.tokens
            .get(token)
            .is_some_and(|token| token.expires > now)
    }

    /// Whether a token is good for a page, which uses it up a little.
    pub(super) fn accepts_for_page(&mut self, token: &str, now: DateTime<Utc>) -> bool {
        if !self.accepts(token, now) {
            return false;
        }
        let left = self
            .tokens
            .get_mut(token)
            .and_then(|token| token.pages_left.as_mut());
        match left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => true,
        }
    }

    /// Lets happen what happens between two pages.
    pub(super) fn move_rows(&mut self) {
        let Some(moves) = &mut self.behavior.moves else {
            return;
        };
        if moves.times == 0 {
            return;
        }
        moves.times -= 1;
        let change = moves.change;
        let users = Arc::make_mut(&mut self.users);
        match change {
            Change::Add => {
                let id = users.first().map_or(1, |newest| newest.id + 1);
                users.insert(0, User::new(id, &format!("latecomer{id}@dkm")));
            }
            Change::Remove if !users.is_empty() => {
                users.remove(0);
            }
            Change::Remove => {}
        }
    }
}
