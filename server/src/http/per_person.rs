//! Counts what one person has open in this server process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

#[derive(Clone)]
pub struct PerPerson {
    most: usize,
    open: Arc<Mutex<HashMap<Uuid, usize>>>,
}

/// Counts as one until dropped.
pub struct Permit {
    counts: PerPerson,
    person: Uuid,
}

impl PerPerson {
    pub fn new(most: usize) -> Self {
        Self { most, open: Arc::default() }
    }

    /// `None` if the person has as many as one may.
    pub fn acquire(&self, person: Uuid) -> Option<Permit> {
        let mut open = self.counts();
        let count = open.entry(person).or_default();
        if *count == self.most {
            return None;
        }
        *count += 1;
        Some(Permit { counts: self.clone(), person })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.counts.counts();
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_and_no_more() {
        let counts = PerPerson::new(10);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut permits: Vec<_> = (0..10).map(|_| counts.acquire(one).unwrap()).collect();
        assert!(counts.acquire(one).is_none());
        assert!(counts.acquire(other).is_some());
        permits.pop();
        permits.push(counts.acquire(one).unwrap());
        assert!(counts.acquire(one).is_none());
        drop(permits);
        assert!(counts.counts().is_empty(), "a person without any must not be remembered");
    }
}
