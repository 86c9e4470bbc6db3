//! Rules that several facts of a mapping share.

use std::collections::HashMap;

use crate::mapping::compiled::{CompiledFact, FieldRule, PLACE, RuleKind};

/// Numbers the rules that several facts share, so that each is applied once per record; returns how many
/// there are.
pub(in crate::mapping) fn number_shared(facts: &mut [CompiledFact]) -> usize {
    let mut alike: HashMap<&str, Vec<Vec<(usize, usize)>>> = HashMap::new();
    for (n, fact) in facts.iter().enumerate() {
        for (i, rule) in fact.fields.iter().enumerate() {
            let groups = alike.entry(rule.group()).or_default();
            let same = |group: &&mut Vec<(usize, usize)>| {
                let (n, i) = group[0];
                facts[n].fields[i].by == rule.by
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push((n, i)),
                None => groups.push(vec![(n, i)]),
            }
        }
    }
    let shared: Vec<_> = alike.into_values().flatten().filter(|group| group.len() > 1).collect();
    for (number, group) in shared.iter().enumerate() {
        group.iter().for_each(|(n, i)| facts[*n].fields[*i].shared = Some(number));
    }
    shared.len()
}

impl FieldRule {
    /// Only rules of one group can be the same: those of parties, whatever their role, and those of one field.
    fn group(&self) -> &'static str {
        match &self.by {
            RuleKind::Name(_) if self.field.name != PLACE => "",
            _ => self.field.name,
        }
    }
}
