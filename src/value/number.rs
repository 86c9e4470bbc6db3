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

/// A sum that keeps all digits of whole numbers, and what addition rounds away of others (Neumaier).
#[derive(Debug, Clone, Copy)]
pub enum RunningSum {
    /// Of whole numbers.
    Whole(i64),
    /// Of others, or too large for that: the rounded sum, and what was lost by rounding.
    Rounded(f64, f64),
}

impl Default for RunningSum {
    fn default() -> RunningSum {
        RunningSum::Whole(0)
    }
}

impl From<Number> for RunningSum {
    fn from(number: Number) -> RunningSum {
        match number {
            Number::Int(n) => RunningSum::Whole(n),
            Number::Real(n) => RunningSum::of(n),
        }
    }
}

impl RunningSum {
    /// The sum of numbers that were added up as decimal ones.
    #[must_use]
    pub fn of(sum: f64) -> RunningSum {
        #[expect(clippy::cast_possible_truncation, reason = "whole and exact")]
        #[expect(clippy::cast_precision_loss, reason = "a power of two")]
        if sum.fract() == 0.0 && sum.abs() <= EXACT as f64 {
            RunningSum::Whole(sum as i64)
        } else {
            RunningSum::Rounded(sum, 0.0)
        }
    }

    /// Adds another sum.
    pub fn take(&mut self, other: &RunningSum) {
        if let (RunningSum::Whole(one), RunningSum::Whole(two)) = (*self, *other)
            && let Some(sum) = one.checked_add(two)
        {
            *self = RunningSum::Whole(sum);
            return;
        }
        let (mut sum, mut lost) = self.rounded();
        let (other_sum, other_lost) = other.rounded();
        for n in [other_sum, other_lost] {
            let next: f64 = sum + n;
            lost += if sum.abs() >= n.abs() { (sum - next) + n } else { (n - next) + sum };
            sum = next;
        }
        *self = RunningSum::Rounded(sum, lost);
    }

    /// The sum, and what was lost by rounding it.
    fn rounded(self) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "what is lost is kept")]
        #[expect(clippy::cast_possible_truncation, reason = "128 bits hold it")]
        match self {
            RunningSum::Whole(whole) => {
                let sum = whole as f64;
                (sum, (i128::from(whole) - sum as i128) as f64)
            }
            RunningSum::Rounded(sum, lost) => (sum, lost),
        }
    }

    /// The sum: exact if all numbers were whole, else to the fifteen digits that a binary number
    /// holds of a decimal one.
    #[must_use]
    pub fn total(&self) -> Number {
        match *self {
            RunningSum::Whole(whole) => Number::Int(whole),
            RunningSum::Rounded(..) => {
                let exact = self.sole().real();
                Number::Real(format!("{exact:.14e}").parse().unwrap_or(exact))
            }
        }
    }

    /// The number that was added, if it is the only one: with all its digits.
    #[must_use]
    pub fn sole(&self) -> Number {
        match *self {
            RunningSum::Whole(whole) => Number::Int(whole),
            RunningSum::Rounded(sum, lost) => Number::Real(sum + lost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_all_their_digits() {
        let long = 9_007_199_254_740_993;
        let mut sum = RunningSum::default();
        sum.take(&Number::Int(long).into());
        assert_eq!(sum.total().cell(), Value::Int(long));
        sum.take(&Number::Int(-long).into());
        sum.take(&Number::Real(7.0).into());
        assert_eq!(sum.total().cell(), Value::Real(7.0));
        sum.take(&Number::Real(0.5).into());
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
        let long = Number::Real(0.123_456_789_012_345_68);
        assert_eq!(RunningSum::from(long).sole().text(), long.text());
        let mut large = RunningSum::default();
        for n in [i64::MAX, i64::MAX, -i64::MAX, -i64::MAX] {
            large.take(&Number::Int(n).into());
        }
        assert_eq!(large.total().text(), "0");
    }
}
