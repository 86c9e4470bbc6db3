//! Publications: a kill leaves the old one or the new one, and every text comes back to the letter.

use std::fs;
use std::thread::sleep;
use std::time::Instant;

use super::{Chance, begin, done, moment, prepared, say, size};

/// The identifier of the last import that the publication has.
fn import_of(folder: &std::path::Path) -> String {
    let manifest = fs::read_to_string(folder.join("lake/_facts.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    manifest["import"].as_str().unwrap().to_owned()
}

#[test]
fn a_killed_publish_leaves_the_old_or_the_new_one() {
    let (folder, _) = prepared(size(1500, 3000));
    let folder = folder.path();
    done(folder, &["publish", "lake", "-q"]);
    let old = import_of(folder);
    done(folder, &["add", "topics", "slug=another", "question=Which?", "-q"]);
    let began = Instant::now();
    done(folder, &["publish", "other", "-q"]);
    let took = began.elapsed();
    let new = {
        fs::rename(folder.join("lake"), folder.join("first")).unwrap();
        fs::rename(folder.join("other"), folder.join("lake")).unwrap();
        import_of(folder)
    };
    assert_ne!(old, new);
    let mut chance = Chance::new(24);
    let (mut olds, trials) = (0, size(30, 100));
    for _ in 0..trials {
        // the old one again
        fs::remove_dir_all(folder.join("lake")).unwrap();
        for (path, text) in files(&folder.join("first")) {
            let path = folder.join("lake").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut child = begin(folder, &["publish", "lake", "-q"]);
        sleep(moment(&mut chance, took));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = import_of(folder);
        assert!(now == old || now == new, "{now} is neither");
        olds += usize::from(now == old);
        let check = super::facts(folder).args(["publish", "--check", "lake"]).output().unwrap();
        let said = super::words(&check);
        assert!(!said.contains("missing"), "{said}");
        assert_eq!(check.status.code(), Some(i32::from(now == old)), "{said}");
    }
    say(&format!("{trials} kills: {olds} left the old publication"));
    done(folder, &["publish", "lake", "-q"]);
    let left = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("publishing")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// The files of a folder: their paths in it, and their bytes.
fn files(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = std::path::PathBuf::from(path.file_name().unwrap());
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, text)| (name.join(inner), text)));
        } else {
            found.push((name, fs::read(path).unwrap()));
        }
    }
    found
}

#[cfg(feature = "parquet")]
#[test]
fn every_text_comes_back_to_the_letter() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["init", "-q"]);
    done(folder, &["source", "add", "s", "--title", "S", "-q"]);
    let texts = [
        "a,b;c|d\te",
        "\"quoted\" and 'quoted'",
        "two\nlines\r\nthree",
        "\\. \\N NULL \\copy $$ -- /* */ ;",
        "=1+2",
        "العربية עברית 中文 русский é e\u{301} 😀",
        "\u{feff}mark \u{200b}zero \u{202e}rtl",
        " padded ",
        "NaN",
        "1e309",
    ];
    let rows: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let row = serde_json::json!({
                "kind": "events", "source": "s", "key": format!("k{n}"), "type": text,
                "summary": text, "note": text, "locality": text,
                "extra": serde_json::json!({ "a column": text }).to_string(),
            });
            row.to_string()
        })
        .collect();
    fs::write(folder.join("rows.jsonl"), rows.join("\n")).unwrap();
    done(folder, &["add", "--from", "rows.jsonl", "-q"]);
    let wanted = done(
        folder,
        &["query", "events", "-s", "key", "-c", "key,type,summary,note,locality", "-f", "jsonl"],
    );
    done(folder, &["publish", "lake", "-q"]);
    let file = fs::File::open(folder.join("lake/events/s.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let mut found = Vec::new();
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let text = |wanted: &str| {
            let field = row.get_column_iter().find(|(name, _)| *name == wanted).unwrap().1;
            match field {
                Field::Str(text) => text.clone(),
                other => panic!("{wanted}: {other}"),
            }
        };
        let extra: serde_json::Value = serde_json::from_str(&text("extra")).unwrap();
        assert_eq!(
            extra["a column"].as_str().unwrap(),
            texts[text("key")[1..].parse::<usize>().unwrap()]
        );
        found.push(
            serde_json::json!({
                "key": text("key"), "type": text("type"), "summary": text("summary"),
                "note": text("note"), "locality": text("locality"),
            })
            .to_string(),
        );
    }
    found.sort();
    let wanted: Vec<serde_json::Value> =
        wanted.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    wanted.sort();
    assert_eq!(found, wanted);
}
