//! The filter flags: those that all kinds share, and one for each field that a kind declares as a
//! filter.

use std::collections::BTreeSet;

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use crate::error::{Error, Result};
use crate::kind::reference_table::SCHEMES;
use crate::kind::{self, CountsAs, Field, Filter, KINDS, Kind};
use crate::query::{self, ActorTie, AsOf, DateMatch, Op, Predicate};
use crate::value::date::{self, Days};
use crate::value::{Type, Value};

/// The filters as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterArgs {
    during: Option<String>,
    from: Option<String>,
    to: Option<String>,
    within: bool,
    actor: Option<Vec<String>>,
    of: Option<Vec<String>>,
    with_support: bool,
    exclusively: bool,
    among: Vec<(&'static str, Vec<String>)>,
    not: Vec<String>,
    scheme: Option<String>,
    expressions: Vec<String>,
    past: crate::command::as_of_args::AsOfArgs,
}

const SHARED: &str = "Filters";

impl clap::Args for FilterArgs {
    fn augment_args(command: Command) -> Command {
        let value = |name: &'static str, what: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name(what).help(help).help_heading(SHARED)
        };
        let mut command = command
            .arg(value("during", "WINDOW", "Date window: 2013, 2013-11..2014-03, 2013.., ..2014"))
            .arg(
                value("from", "DATE", "Dates on or after this day, month or year")
                    .conflicts_with("during"),
            )
            .arg(
                value("to", "DATE", "Dates up to and including this day, month or year")
                    .conflicts_with("during"),
            )
            .arg(
                value("match", "HOW", "Whether dates may overlap the window or must lie within it")
                    .value_parser(["overlap", "within"])
                    .default_value("overlap"),
            )
            .arg(
                value("actor", "NAME", "This actor, or anyone who acts for it, in any role except supporter")
                    .action(ArgAction::Append),
            )
            .arg(
                value("of", "NAME", "Actors that belong to this one without acting for it")
                    .action(ArgAction::Append),
            )
            .arg(
                Arg::new("with_support")
                    .long("with-support")
                    .help("Let --actor find supporters too")
                    .help_heading(SHARED)
                    .action(ArgAction::SetTrue),
            )
            .arg(
                Arg::new("exclusively")
                    .long("exclusively")
                    .help("With name filters, only facts in which the matching field names nothing else")
                    .help_heading(SHARED)
                    .action(ArgAction::SetTrue),
            )
            .arg(
                value(
                    "scheme",
                    "SCHEME",
                    "Code list of the codes in filters: cow, gw, iso-numeric, …",
                )
                .value_parser(SCHEMES.to_vec()),
            )
            .arg(
                value("not", "FIELD=VALUE", "Exclude facts with this value")
                    .action(ArgAction::Append),
            )
            .arg(
                value(
                    "where",
                    "EXPRESSION",
                    "FIELD OP VALUE with = != < <= > >= ~ (contains) !~ (does not contain) == (is shown exactly so), or FIELD is [not] null",
                )
                .short('w')
                .action(ArgAction::Append),
            );
        for (field, heading) in flags() {
            command = command.arg(
                Arg::new(field.name)
                    .long(field.flag())
                    .value_name(value_name(field.ty))
                    .help(field.about.trim_end_matches('.'))
                    .help_heading(heading)
                    .action(ArgAction::Append)
                    .aliases(field.flag().strip_suffix('s').map(str::to_owned)),
            );
        }
        crate::command::as_of_args::AsOfArgs::augment_args(command).after_help(
            "Commas (with no space after) and repeated flags mean \"or\"; different flags mean \"and\".",
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        FilterArgs::augment_args(command)
    }
}

impl FromArgMatches for FilterArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<FilterArgs, clap::Error> {
        let one = |name: &str| matches.get_one::<String>(name).cloned();
        let all = |name: &str| {
            matches.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>()
        };
        // none: the flag was not given; an empty list: it was given nothing
        let values = |name: &str| {
            matches
                .contains_id(name)
                .then(|| all(name).iter().flat_map(|list| split(list)).collect::<Vec<_>>())
        };
        Ok(FilterArgs {
            during: one("during"),
            from: one("from"),
            to: one("to"),
            within: one("match").as_deref() == Some("within"),
            actor: values("actor"),
            of: values("of"),
            with_support: matches.get_flag("with_support"),
            exclusively: matches.get_flag("exclusively"),
            among: flags()
                .filter_map(|(field, _)| values(field.name).map(|values| (field.name, values)))
                .collect(),
            not: all("not"),
            scheme: one("scheme"),
            expressions: all("where"),
            past: crate::command::as_of_args::AsOfArgs::from_arg_matches(matches)?,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = FilterArgs::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Every field with a flag of its own, once, and the heading that it stands under.
fn flags() -> impl Iterator<Item = (&'static Field, String)> {
    let shared: BTreeSet<&str> = kind::common_fields().map(|field| field.name).collect();
    let common = kind::common_fields().map(|field| (field, SHARED.to_owned()));
    let own = KINDS.iter().flat_map(|kind| {
        kind.own.iter().map(move |field| (field, format!("Filters for {}", kind.name)))
    });
    let mut seen = BTreeSet::new();
    common
        .chain(own.filter(move |(field, _)| !shared.contains(field.name)))
        .filter(|(field, _)| field.filter != Filter::None)
        .filter(move |(field, _)| seen.insert(field.name))
}

/// Leaves the flags of other kinds out of a command's help, and says of the others what they mean in
/// this one.
pub fn hide_others(command: Command, kind: &Kind) -> Command {
    flags().fold(command, |command, (field, _)| {
        if !command.get_arguments().any(|arg| arg.get_id() == field.name) {
            return command;
        }
        command.mut_arg(field.name, |arg| match kind.field(field.name) {
            Some(own) => arg.help(own.about.trim_end_matches('.')).help_heading(
                if kind.own.iter().any(|own| own.name == field.name) {
                    format!("Filters for {}", kind.name)
                } else {
                    SHARED.to_owned()
                },
            ),
            None => arg.hide(true),
        })
    })
}

fn value_name(ty: Type) -> &'static str {
    match ty {
        Type::Actor | Type::Place => "NAME",
        Type::Source | Type::Topic => "SLUG",
        Type::Choice(_) => "VALUE",
        _ => "TEXT",
    }
}

/// Refuses a flag whose value is empty, as a script's variable may be: it would filter nothing.
fn given(name: &str, values: &[String]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::usage(format!("--{} is empty", name.replace('_', "-")))
            .hint("give it a value or leave it out"));
    }
    Ok(())
}

/// Values between commas. A comma with a space behind it belongs to a name, as in `Washington,
/// D.C.`, and one between braces or brackets to a date, as in `{2010,2012}`.
fn split(list: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut chars = list.chars().peekable();
    let mut depth = 0_u32;
    while let Some(c) = chars.next() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 0 && chars.peek() != Some(&' ') {
            values.push(String::new());
        } else if let Some(last) = values.last_mut() {
            last.push(c);
        }
    }
    values
        .into_iter()
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// A test that a field names somebody, as one that it names nobody else.
fn exclusively(test: Predicate) -> Predicate {
    match test {
        Predicate::Compare(column, Op::Is, Value::Text(name))
            if matches!(column.ty(), Type::Actor | Type::Place) =>
        {
            Predicate::In { column, values: vec![name.into_owned()], not: false, exclusively: true }
        }
        test => test,
    }
}

impl FilterArgs {
    /// The expressions, where nothing but expressions can be asked.
    ///
    /// # Errors
    /// Another filter was given.
    pub fn conditions(&self) -> Result<&[String]> {
        let bare = FilterArgs { expressions: self.expressions.clone(), ..FilterArgs::default() };
        if *self != bare {
            return Err(Error::usage(
                "sources, topics, actors and places are filtered by -w alone",
            )
            .hint("for example: facts query actors -w 'kind=armed-group'"));
        }
        Ok(&self.expressions)
    }

    /// The filters as tests on these kinds.
    ///
    /// # Errors
    /// A field, value or window that cannot be.
    pub fn tests(&self, kinds: &[&'static Kind]) -> Result<Vec<Predicate>> {
        let mut tests = Vec::new();
        if let Some(days) = self.window()? {
            tests.push(Predicate::DateWindow(
                days,
                if self.within { DateMatch::Within } else { DateMatch::Overlap },
            ));
        }
        let party = if self.with_support { ActorTie::PartyOrSupporter } else { ActorTie::Party };
        for (flag, names, tie) in
            [("actor", &self.actor, party), ("of", &self.of, ActorTie::Belonging)]
        {
            if let Some(names) = names {
                given(flag, names)?;
                let exclusively = self.exclusively;
                tests.push(Predicate::AnyActor { names: self.codes(names), tie, exclusively });
            }
        }
        for (name, values) in &self.among {
            given(name, values)?;
            let Some(field) = kinds.iter().find_map(|kind| kind.field(name)) else {
                let has: Vec<&str> = KINDS
                    .iter()
                    .filter(|kind| kind.field(name).is_some())
                    .map(|kind| kind.name)
                    .collect();
                let flag = name.replace('_', "-");
                let of = kinds.first().map_or("all", |kind| kind.name);
                return Err(Error::usage(format!("--{flag} is not a filter for {of}"))
                    .hint(format!("--{flag} is a filter for {}", has.join(", "))));
            };
            let test = if matches!(field.ty, Type::Actor | Type::Place) {
                Predicate::In {
                    column: field.into(),
                    values: self.codes(values),
                    not: false,
                    exclusively: self.exclusively,
                }
            } else {
                query::among(field.into(), kinds, values.clone(), false)?
            };
            tests.push(test);
        }
        for text in &self.expressions {
            let test = query::parse_expression(text, kinds)?;
            tests.push(if self.exclusively { exclusively(test) } else { test });
        }
        if self.with_support && self.actor.is_none() {
            return Err(Error::usage("--with-support needs --actor")
                .hint("--supporters NAME finds the facts in which NAME is a supporter"));
        }
        let names_somebody = |test: &Predicate| {
            matches!(
                test,
                Predicate::AnyActor { exclusively: true, .. }
                    | Predicate::In { exclusively: true, .. }
            )
        };
        if self.exclusively && !tests.iter().any(names_somebody) {
            return Err(Error::usage(
                "--exclusively needs a filter that names an actor or a place",
            )
            .hint("--place Iraq --exclusively finds facts of Iraq and no other place"));
        }
        for text in &self.not {
            let (name, value) = text
                .split_once('=')
                .ok_or_else(|| Error::usage(format!("--not \"{text}\": expected FIELD=VALUE")))?;
            tests.push(query::among(query::column(name, kinds)?, kinds, split(value), true)?);
        }
        Ok(tests)
    }

    /// The filters as tests on a kind whose figures count the same as those of the kind that they
    /// were given for. A filter on what is counted is met by all of its figures, or by none: then
    /// there are no tests.
    ///
    /// # Errors
    /// A filter on a field that the kind does not have.
    pub fn tests_of_counting(
        &self,
        kind: &'static Kind,
        counts: &CountsAs,
    ) -> Result<Option<Vec<Predicate>>> {
        let mut filters = self.clone();
        for (name, counted) in counts.fields {
            let at = filters.among.iter().position(|(field, _)| field == name);
            if let Some((_, values)) = at.map(|at| filters.among.remove(at))
                && !values.iter().any(|value| value.eq_ignore_ascii_case(counted))
            {
                return Ok(None);
            }
        }
        filters.tests(&[kind]).map(Some)
    }

    fn window(&self) -> Result<Option<Days>> {
        let read = |flag: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => date::window(text)
                .map(Some)
                .map_err(|e| Error::usage(format!("--{flag} \"{text}\": {e}"))),
        };
        if let Some(days) = read("during", &self.during)? {
            return Ok(Some(days));
        }
        let day = |flag: &str, text: &Option<String>| {
            read(flag, text).map_err(|_| {
                let text = text.as_deref().unwrap_or_default();
                Error::usage(format!(
                    "--{flag} \"{text}\": expected a year, month or day that exists, such as 2013, 2013-11 or 2013-11-05"
                ))
            })
        };
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if from.is_none() && to.is_none() {
            return Ok(None);
        }
        let days =
            Days { first: from.and_then(|days| days.first), last: to.and_then(|days| days.last) };
        match days {
            Days { first: Some(first), last: Some(last) } if first > last => {
                Err(Error::usage("--from is after --to"))
            }
            _ => Ok(Some(days)),
        }
    }

    /// Names, or codes of the scheme that is given.
    fn codes(&self, values: &[String]) -> Vec<String> {
        let with = |value: &String| {
            self.scheme.as_ref().map_or(value.clone(), |scheme| format!("{scheme}:{value}"))
        };
        values.iter().map(with).collect()
    }

    /// The moment that the answer is taken from.
    ///
    /// # Errors
    /// It is no date.
    pub fn past(&self) -> Result<AsOf> {
        self.past.read()
    }

    /// Whether a filter holds this field to one value.
    #[must_use]
    pub fn fixes(&self, name: &str) -> bool {
        // a flag that compares a part of the text leaves several values
        let is_whole = |name: &str| {
            KINDS.iter().find_map(|kind| kind.field(name)).is_none_or(|field| !field.is_partial())
        };
        self.among
            .iter()
            .any(|(field, values)| *field == name && values.len() == 1 && is_whole(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_with_a_space_behind_it_belongs_to_the_name() {
        assert_eq!(split("sought,blocked"), ["sought", "blocked"]);
        assert_eq!(split("{2010,2012},2014"), ["{2010,2012}", "2014"]);
        assert_eq!(split("Washington, D.C.,Baghdad"), ["Washington, D.C.", "Baghdad"]);
    }
}
