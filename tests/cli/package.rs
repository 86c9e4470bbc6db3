//! What the program is built of, and what is published of it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value as Json;

use super::{stdout, top};

/// What cargo says.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    stdout(&Command::new(cargo).current_dir(top()).args(arguments).output().unwrap())
}

/// The licences of every crate in the program are among those that `deny.toml` allows.
#[test]
fn every_crate_has_a_licence_that_is_allowed() {
    let rustc = stdout(&Command::new("rustc").arg("-vV").output().unwrap());
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let told = cargo(&["metadata", "--format-version", "1", "--locked", "--filter-platform", host]);
    let metadata: Json = serde_json::from_str(&told).unwrap();
    let deny: toml::Table =
        std::fs::read_to_string(top().join("deny.toml")).unwrap().parse().unwrap();
    let words = |list: &toml::Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let allowed = words(&deny["licenses"]["allow"]);
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let licence =
            package["license"].as_str().unwrap_or_else(|| panic!("{name} names no licence"));
        let exceptions = deny["licenses"]["exceptions"].as_array().unwrap();
        let own = exceptions.iter().find(|exception| exception["crate"].as_str() == Some(name));
        let may = own.map_or_else(|| allowed.clone(), |exception| words(&exception["allow"]));
        let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX).unwrap();
        let holds = expression.evaluate(|required| may.contains(&required.to_string()));
        assert!(holds, "{name}: {licence} is not allowed by deny.toml");
        seen += 1;
    }
    assert!(seen > 50, "{seen} crates");
}

/// What is published holds what the program needs, and none of the corpora.
#[test]
fn the_package_holds_what_it_needs_and_no_corpora() {
    let list = cargo(&["package", "--list", "--locked", "--allow-dirty"]).replace('\\', "/");
    let files: BTreeSet<&str> = list.lines().collect();
    for needed in [
        "Cargo.lock",
        "README.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "LICENSE-UNICODE",
        "src/main.rs",
        "seed/events.csv",
        "build.rs",
    ] {
        assert!(files.contains(needed), "{needed} is not in the package");
    }
    let extra: Vec<_> = files
        .iter()
        .filter(|file| file.contains("corpus") || file.contains("regressions"))
        .collect();
    assert!(extra.is_empty(), "{extra:?}");
}
