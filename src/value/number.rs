//! Numbers that are compared and added up: whole ones stay exact beyond the 53 bits of a decimal
//! one.

use std::cmp::Ordering;

use crate::value::{OwnedValue, Value, real};

/// A number of a fact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// A decimal number, always finite.
    Real(f64),
}

/// The place of a number among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberOrder(i64, i64);

/// Whole numbers up to this one, and down to its negative, are exact as decimal ones.
const EXACT: u64 = 1 << 53;

impl Number {
    /// The number as a decimal one, rounded if it is too long.
    #[must_use]
    pub fn real(self) -> f64 {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "who asks for a decimal number gets one"
            )]
            Number::Int(n) => n as f64,
            Number::Real(n) => n,
        }
    }

    /// The order of two numbers.
    #[must_use]
    pub fn order(&self, other: &Number) -> Ordering {
        match (self, other) {
            (Number::Int(one), Number::Int(two)) => one.cmp(two),
            _ => self.real().total_cmp(&other.real()),
        }
    }

    /// What the number is ordered by among others.
    #[must_use]
    pub fn sorted_by(self) -> NumberOrder {
        let bits = self.real().to_bits().cast_signed();
        let whole = match self {
            Number::Int(n) if n.unsigned_abs() > EXACT => n,
            _ => 0,
        };
        // the bits of negative numbers rise as the numbers fall
        NumberOrder(if bits < 0 { bits ^ i64::MAX } else { bits }, whole)
    }

    /// The number as a cell.
    #[must_use]
    pub fn cell(self) -> OwnedValue {
        match self {
            Number::Int(n) if n.unsigned_abs() > EXACT => Value::Int(n),
            _ => Value::Real(self.real()),
        }
    }

    /// The number as it is written.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Number::Int(n) => n.to_string(),
            Number::Real(n) => real(n),
        }
    }
}

/// A sum that keeps what addition rounds away (Neumaier), and all digits of whole numbers.
#[derive(Debug, Clone, Copy)]
pub struct RunningSum {
    sum: f64,
    lost: f64,
    /// The sum in whole numbers: `None` once a number had decimals, or the sum no longer fits.
    whole: Option<i64>,
}

impl Default for RunningSum {
    fn default() -> RunningSum {
        RunningSum { sum: 0.0, lost: 0.0, whole: Some(0) }
    }
}

impl RunningSum {
    /// The sum of numbers that were added up as decimal ones.
    #[must_use]
    pub fn of(sum: f64) -> RunningSum {
        #[expect(clippy::cast_possible_truncation, reason = "whole and exact")]
        #[expect(clippy::cast_precision_loss, reason = "a power of two")]
        let whole = (sum.fract() == 0.0 && sum.abs() <= EXACT as f64).then_some(sum as i64);
        RunningSum { sum, lost: 0.0, whole }
    }

    /// Adds a number.
    pub fn add(&mut self, number: Number) {
        self.whole = match number {
            Number::Int(n) => self.whole.and_then(|whole| whole.checked_add(n)),
            Number::Real(n) if n.fract() == 0.0 => match RunningSum::of(n).whole {
                Some(n) => self.whole.and_then(|whole| whole.checked_add(n)),
                None => None,
            },
            Number::Real(_) => None,
        };
        self.add_real(number.real());
    }

    /// Adds another sum.
    pub fn take(&mut self, other: &RunningSum) {
        self.whole = self.whole.zip(other.whole).and_then(|(one, two)| one.checked_add(two));
        self.add_real(other.sum);
        self.add_real(other.lost);
    }

    fn add_real(&mut self, n: f64) {
        let sum = self.sum + n;
        self.lost +=
            if self.sum.abs() >= n.abs() { (self.sum - sum) + n } else { (n - sum) + self.sum };
        self.sum = sum;
    }

    /// The sum: exact if all numbers were whole, else to the fifteen digits that a binary number
    /// holds of a decimal one.
    #[must_use]
    pub fn total(&self) -> Number {
        if let Some(whole) = self.whole {
            return Number::Int(whole);
        }
        let exact = self.sum + self.lost;
        Number::Real(format!("{exact:.14e}").parse().unwrap_or(exact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_all_their_digits() {
        let long = 9_007_199_254_740_993;
        let mut sum = RunningSum::default();
        sum.add(Number::Int(long));
        assert_eq!(sum.total().cell(), Value::Int(long));
        sum.add(Number::Int(-long));
        sum.add(Number::Real(7.0));
        assert_eq!(sum.total().cell(), Value::Real(7.0));
        sum.add(Number::Real(0.5));
        assert_eq!(sum.total().cell(), Value::Real(7.5));
        assert!(Number::Int(long).order(&Number::Int(long - 1)).is_gt());
        let mut numbers = [1500, -2, 0, 12, long, long - 1, -13].map(Number::Int);
        numbers.sort_by_key(|number| number.sorted_by());
        assert_eq!(
            numbers.map(Number::text).join(" "),
            format!("-13 -2 0 12 1500 {} {long}", long - 1)
        );
        assert_eq!(Number::Int(7).sorted_by(), Number::Real(7.0).sorted_by());
        let mut parts = RunningSum::of(3.0);
        parts.take(&sum);
        assert_eq!(parts.total().text(), "10.5");
    }
}
