use std::collections::BTreeMap;

use super::Lines;

/// What is counted.
pub(super) const VARIANTS: [(&str, &str, &str); 4] = [
    ("P1", "M", "Red"),
    ("P1", "M", "Blue"),
    ("P2", "L", "Red"),
    ("P2", "M", "Red"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Consumed,
    Released,
    Expired,
}

/// What there should be.
#[derive(Debug)]
pub(super) struct Model {
    /// Stock and what is held; `None` where the variant is gone.
    pub(super) levels: Vec<Option<(i64, i64)>>,
    /// The variants that the next edit names.
    pub(super) wanted: Vec<bool>,
    orders: BTreeMap<u8, (Sums, bool)>,
    holds: BTreeMap<u8, (Sums, State, i64)>,
    now: i64,
}

type Sums = BTreeMap<usize, i64>;

fn sums(lines: &Lines) -> Sums {
    let mut sums = Sums::new();
    for (place, units) in lines {
        *sums.entry(*place).or_default() += units;
    }
    sums
}

impl Model {
    pub(super) fn new(stock: i64) -> Self {
        Self {
            levels: vec![Some((stock, 0)); VARIANTS.len()],
            wanted: vec![true; VARIANTS.len()],
            orders: BTreeMap::new(),
            holds: BTreeMap::new(),
            now: 0,
        }
    }

    fn is_free(&self, sums: &Sums, own: &Sums) -> bool {
        sums.iter().all(|(place, units)| {
            let own = own.get(place).copied().unwrap_or_default();
            self.levels[*place].is_some_and(|(stock, held)| stock - held + own >= *units)
        })
    }

    fn change(&mut self, sums: &Sums, stock: i64, held: i64) {
        for (place, units) in sums {
            if let Some(level) = &mut self.levels[*place] {
                level.0 += stock * units;
                level.1 += held * units;
            }
        }
    }

    pub(super) fn reduce(&mut self, id: u8, lines: &Lines, hold: Option<u8>) -> (u16, bool) {
        let sums = sums(lines);
        if let Some((known, is_released)) = self.orders.get(&id) {
            let is_replay = !is_released && *known == sums;
            return if is_replay { (200, true) } else { (409, false) };
        }
        let mut own = Sums::new();
        if let Some(hold) = hold {
            match self.holds.get(&hold) {
                None => return (404, false),
                Some((sums, State::Open, until)) if *until > self.now => own.clone_from(sums),
                Some(_) => return (409, false),
            }
        }
        if !self.is_free(&sums, &own) {
            return (409, false);
        }
        self.change(&own, 0, -1);
        self.change(&sums, -1, 0);
        if let Some(hold) = hold.and_then(|hold| self.holds.get_mut(&hold)) {
            hold.1 = State::Consumed;
        }
        self.orders.insert(id, (sums, false));
        (200, false)
    }

    pub(super) fn reserve(&mut self, id: u8, lines: &Lines, ttl: i64) -> (u16, bool) {
        let sums = sums(lines);
        if let Some((known, state, _)) = self.holds.get(&id) {
            let is_replay = *state == State::Open && *known == sums;
            return if is_replay { (200, true) } else { (409, false) };
        }
        if !self.is_free(&sums, &Sums::new()) {
            return (409, false);
        }
        self.change(&sums, 0, 1);
        self.holds.insert(id, (sums, State::Open, self.now + ttl));
        (200, false)
    }

    pub(super) fn release_order(&mut self, id: u8) -> (u16, bool) {
        let Some((sums, is_released)) = self.orders.get_mut(&id) else {
            return (404, false);
        };
        let replayed = std::mem::replace(is_released, true);
        let sums = sums.clone();
        if !replayed {
            self.change(&sums, 1, 0);
        }
        (200, replayed)
    }

    pub(super) fn release_hold(&mut self, id: u8) -> (u16, bool) {
        let Some((sums, state, _)) = self.holds.get_mut(&id) else {
            return (404, false);
        };
        match *state {
            State::Consumed => (409, false),
            State::Released | State::Expired => (200, true),
            State::Open => {
                *state = State::Released;
                let sums = sums.clone();
                self.change(&sums, 0, -1);
                (200, false)
            }
        }
    }

    /// Time goes by, and what is over ends.
    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += seconds;
        let mut over = Vec::new();
        for (sums, state, until) in self.holds.values_mut() {
            if *state == State::Open && *until <= self.now {
                *state = State::Expired;
                over.push(sums.clone());
            }
        }
        for sums in over {
            self.change(&sums, 0, -1);
        }
    }

    pub(super) fn count(&mut self, place: usize, to: i64) -> (u16, bool) {
        let held = self.levels[place].map_or(0, |(_, held)| held);
        if to < held || to < 0 {
            return (409, false);
        }
        self.levels[place] = Some((to, held));
        (200, false)
    }

    /// Sets a variant, which is made where it is gone.
    pub(super) fn put(&mut self, place: usize, to: i64) -> (u16, bool) {
        let answer = self.count(place, to);
        self.wanted[place] = self.levels[place].is_some();
        answer
    }

    /// Removes a variant, or brings it back empty.
    pub(super) fn toggle(&mut self, place: usize) -> (u16, bool) {
        match self.levels[place] {
            None => {
                self.levels[place] = Some((0, 0));
                self.wanted[place] = true;
                (200, false)
            }
            Some((_, 0)) => {
                self.levels[place] = None;
                self.wanted[place] = false;
                (200, false)
            }
            Some(_) => self.refuse_removal(place),
        }
    }

    /// The call names all but this one; it stays, so the next call names it again.
    fn refuse_removal(&mut self, place: usize) -> (u16, bool) {
        self.wanted[place] = false;
        (409, false)
    }

    /// What the next edit names is what there is.
    pub(super) fn settle(&mut self) {
        self.wanted = self.levels.iter().map(Option::is_some).collect();
    }
}
