//! Waits, counted in classes: as much memory for a minute as for a day.

/// Classes are this much wider, one than the one before: a percentile is 2 % off at most.
const WIDER: f64 = 1.02;

/// The first class ends here, in milliseconds.
const FIRST_MS: f64 = 0.01;

/// Classes: the last begins above a minute, longer than anybody waits.
const CLASSES: usize = 800;

/// How many waited how long.
#[derive(Clone, Debug)]
pub(super) struct Waits {
    classes: Vec<u64>,
    most_ms: f64,
}

impl Default for Waits {
    fn default() -> Self {
        Self { classes: vec![0; CLASSES], most_ms: 0.0 }
    }
}

impl Waits {
    /// Somebody waited so many milliseconds.
    pub(super) fn add(&mut self, ms: f64) {
        let class = (ms / FIRST_MS).max(1.0).ln() / WIDER.ln();
        if let Some(count) = self.classes.get_mut((class.ceil() as usize).min(CLASSES - 1)) {
            *count += 1;
        }
        self.most_ms = self.most_ms.max(ms);
    }

    /// What so many of a thousand did not wait longer than, in milliseconds; 0 of none.
    pub(super) fn per_mille(&self, part: u64) -> f64 {
        let count: u64 = self.classes.iter().sum();
        let wanted = (count * part).div_ceil(1000).max(1);
        let mut below = 0;
        for (class, here) in self.classes.iter().enumerate() {
            below += here;
            if below >= wanted {
                return (FIRST_MS * WIDER.powf(class as f64)).min(self.most_ms);
            }
        }
        0.0
    }

    /// The longest, in milliseconds.
    pub(super) fn most_ms(&self) -> f64 {
        self.most_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_two_percent() {
        let mut waits = Waits::default();
        (1..=1000).for_each(|ms| waits.add(f64::from(ms)));
        for (part, exact) in [(500, 500.0), (900, 900.0), (990, 990.0), (999, 999.0)] {
            let there = waits.per_mille(part);
            assert!((exact..exact * WIDER).contains(&there), "{part}: {there}");
        }
        assert_eq!((waits.per_mille(1000), waits.most_ms()), (1000.0, 1000.0));
    }

    #[test]
    fn nobody_waited_at_all_and_somebody_for_ever() {
        let mut waits = Waits::default();
        assert_eq!(waits.per_mille(990), 0.0);
        waits.add(0.0);
        assert_eq!(waits.per_mille(500), 0.0);
        waits.add(1e9);
        assert_eq!(waits.most_ms(), 1e9);
        assert!(waits.per_mille(1000) > 60_000.0);
    }
}
