//! `docs/reference.md` is what the program says of itself. `SNAPSHOTS=overwrite cargo test` writes
//! it.

use std::fmt::Write;

use facts::command::{CODES, Cli};
use facts::kind::KINDS;
use facts::mapping::{DATASETS, Mapping};
use facts::render::FORMATS;
use snapbox::{Assert, Data, IntoData};

use super::{facts, stdout, top};

/// What a command prints.
fn said(arguments: &[&str]) -> String {
    let lines = stdout(&facts(top()).args(arguments).output().unwrap());
    lines.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A help text, cut before each heading.
fn sections(help: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    for line in help.lines() {
        if line.ends_with(':') && line.starts_with(char::is_uppercase) {
            sections.push(String::new());
        }
        let _ = writeln!(sections.last_mut().unwrap(), "{line}");
    }
    sections.iter().map(|section| section.trim_end().to_owned()).collect()
}

/// Whether a section of a help text is one that several commands have.
fn is_shared(section: &str) -> bool {
    ["Filters", "History", "Global options"].iter().any(|name| section.starts_with(name))
}

/// Every command that does something, with the words that call it.
fn commands(command: &clap::Command, called: &[&str]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let called = [called, &[command.get_name()]].concat();
        found.push(called.iter().map(|word| (*word).to_owned()).collect());
        found.extend(commands(command, &called));
    }
    found
}

fn reference() -> String {
    let mut text = String::from(
        "# Reference\n\nEvery kind, field, command, data set, format and exit code, as the program lists them itself: `facts fields`, \
         `facts help`.\n\n## Kinds\n\n| kind | what it holds |\n|---|---|\n",
    );
    for kind in KINDS {
        let _ = writeln!(text, "| [{0}](#{0}) | {1} |", kind.name, kind.about);
    }
    for kind in KINDS {
        let fields = said(&["fields", kind.name, "-f", "markdown"]);
        let _ = writeln!(text, "\n### {}\n", kind.name);
        for line in fields.lines() {
            // the first column is the kind
            let _ = writeln!(text, "|{}", line.splitn(3, '|').nth(2).unwrap());
        }
    }

    let mut shared: Vec<String> = Vec::new();
    let mut of_commands = String::new();
    for words in commands(&Cli::whole(), &[]) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let help = said(&[&words, &["--help"][..]].concat());
        let mut own = Vec::new();
        let mut elsewhere = Vec::new();
        for section in sections(&help) {
            if is_shared(&section) {
                let heading = section.lines().next().unwrap().trim_end_matches(':').to_owned();
                if !shared.iter().any(|known| known.starts_with(&format!("{heading}:"))) {
                    shared.push(section.clone());
                }
                if shared.contains(&section) {
                    elsewhere.push(heading);
                    continue;
                }
            }
            own.push(section);
        }
        let _ = writeln!(
            of_commands,
            "\n### facts {}\n\n```text\n{}\n```\n\nSee above: {}.",
            words.join(" "),
            own.join("\n\n"),
            elsewhere.join(", ")
        );
    }
    let _ = write!(
        text,
        "\n## Options of several commands\n\n```text\n{}\n```\n\n## Commands\n{of_commands}",
        shared.join("\n\n")
    );

    text.push_str("\n## Data sets\n\n| data set | title | publisher |\n|---|---|---|\n");
    for (name, _) in DATASETS {
        let mapping = Mapping::parse(&facts::mapping::text(name).unwrap()).unwrap();
        let publisher = mapping.publisher.unwrap_or_default();
        let _ = writeln!(text, "| {name} | {} | {publisher} |", mapping.title);
    }
    text.push_str("\n## Formats\n\n| format | extension | what it is |\n|---|---|---|\n");
    for format in FORMATS {
        let ends: Vec<String> = format.extensions.iter().map(|end| format!(".{end}")).collect();
        let _ = writeln!(text, "| {} | {} | {} |", format.name, ends.join(" "), format.about);
    }
    text.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (code, about) in CODES {
        let _ = writeln!(text, "| {} | {about} |", *code as u8);
    }
    for topic in ["dates", "environment"] {
        let _ = write!(text, "\n## {topic}\n\n```text\n{}```\n", said(&["help", topic]));
    }
    text
}

#[test]
fn the_reference_is_what_the_program_says() {
    let file = top().join("docs/reference.md");
    if !file.exists() && std::env::var("SNAPSHOTS").is_ok() {
        std::fs::write(&file, "").unwrap();
    }
    Assert::new().action_env("SNAPSHOTS").eq(reference().raw(), Data::read_from(&file, None).raw());
}

/// Links from document to document lead somewhere, and so do those to a heading.
#[test]
fn links_between_documents_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:]*)(#[^)]*)?\)").unwrap();
    let mut documents = vec!["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]
        .into_iter()
        .map(|name| top().join(name))
        .collect::<Vec<_>>();
    for folder in ["docs", "benches", "tests"] {
        let entries = std::fs::read_dir(top().join(folder)).unwrap();
        documents.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|end| end == "md")),
        );
    }
    let mut links = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for found in link.captures_iter(&text) {
            let target = match &found[1] {
                "" => document.clone(),
                path => document.parent().unwrap().join(path),
            };
            let shown = document.display();
            assert!(target.exists(), "{shown}: {}", &found[0]);
            if let Some(anchor) = found.get(2) {
                let there = std::fs::read_to_string(&target).unwrap();
                let anchors = there.lines().filter(|line| line.starts_with('#')).map(|line| {
                    let heading = line.trim_start_matches('#').trim().to_lowercase();
                    heading
                        .chars()
                        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                        .map(|c| if c == ' ' { '-' } else { c })
                        .collect::<String>()
                });
                let wanted = &anchor.as_str()[1..];
                assert!(anchors.into_iter().any(|a| a == wanted), "{shown}: {}", &found[0]);
            }
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
}
