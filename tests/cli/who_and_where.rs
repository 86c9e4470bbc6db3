//! Who and where in real data sets: what a user would type, against figures that were computed from
//! the published files by other means.

use std::path::Path;

use super::{facts, shared, stdout};

/// A database with one of the real files.
fn imported(files: &[&Path]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        stdout(&facts(folder.path()).arg("import").arg(file).arg("-q").output().unwrap());
    }
    folder
}

/// The lines that a command prints, but for that of the headings.
fn lines(folder: &Path, command: &str) -> Vec<String> {
    let output = facts(folder).args(command.split(' ')).args(["-f", "csv"]).output().unwrap();
    stdout(&output).lines().skip(1).map(str::to_owned).collect()
}

/// What a command says beside its answer.
fn notes(folder: &Path, command: &str) -> String {
    let output = facts(folder).args(command.split(' ')).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn battle_deaths_belong_to_countries_and_parties() {
    let Some(data) = shared("data") else { return };
    let folder = imported(&[&data.join("ucdp/BattleDeaths_v23_1.csv")]);
    let here = folder.path();
    let by_country = "tabulate casualties --source ucdp-brd --rows country --value best";
    assert!(lines(here, by_country).iter().all(|line| !line.starts_with(',')), "all have a name");
    assert!(
        notes(here, by_country)
            .contains("316 of 1,848 facts (963,758 of 1,891,168 best) name more than one country")
    );
    for (country, year, cells) in [
        ("Ukraine", "2022", "Ukraine,29,81517"),
        ("Syria", "2013", "Syria,1500,72376"),
        ("Ethiopia", "2022", "Ethiopia,39,104080"),
        ("Iraq", "2014", "Iraq,,13761"),
    ] {
        let each = format!("{by_country} --members each --during {year} --country {country}");
        let found = lines(here, &each);
        assert!(found.iter().any(|line| line == cells), "{country} {year}: {found:?}");
    }
    let conflicts = "tabulate casualties --rows conflict_country,year --value best";
    for line in ["Syria,2013,72006", "Ethiopia,2022,101085"] {
        assert!(lines(here, conflicts).iter().any(|found| found == line), "{line}");
    }
    let sum = |filter: &str| {
        let all = lines(here, &format!("tabulate casualties --rows source --value best {filter}"));
        let rows = lines(here, &format!("query casualties --columns ref {filter}")).len();
        (rows, all[0].split_once(',').unwrap().1.to_owned())
    };
    assert_eq!(sum("--actor Afghanistan"), (75, "297720".into()));
    assert_eq!(sum("--actor Afghanistan --side-b Taleban"), (21, "230102".into()));
    assert_eq!(sum("--supporter Afghanistan"), (20, "6955".into()));
    assert_eq!(sum("--actor Jordan").1, "34");
    // "Macedonia, FYR, Serbia (Yugoslavia)" has three commas' worth of words and two countries
    let macedonia = lines(here, "query casualties --columns country,best -w key=877/2001");
    assert_eq!(macedonia, ["North Macedonia; Yugoslavia,72"]);
    // half of the columns of this file were sorted apart from the other half
    let mixed = facts(here).arg("import").arg(data.join("ucdp/BattleDeaths_v24_1.csv")).output();
    let mixed = mixed.unwrap();
    assert_eq!(mixed.status.code(), Some(4));
    assert!(
        String::from_utf8_lossy(&mixed.stderr)
            .contains("77 of 91 rows: the name and the code of \"location_inc\" differ"),
    );
    assert_eq!(lines(here, "query casualties --columns ref").len(), 1848);
    let view = "sum(best) from current_casualties where source = 'ucdp-brd'";
    let sum_of_view = || {
        let output = facts(here).args(["sql", &format!("select {view}"), "-f", "csv"]).output();
        stdout(&output.unwrap()).lines().nth(1).map(str::to_owned)
    };
    assert_eq!(sum_of_view().as_deref(), Some("1891168"));
    stdout(&facts(here).args(["edit", "ucdp-brd:877/2001", "best=100"]).output().unwrap());
    assert_eq!(sum_of_view().as_deref(), Some("1891196"));
    stdout(&facts(here).args(["undo", "2"]).output().unwrap());
    assert_eq!(sum_of_view().as_deref(), Some("1891168"));
}

#[test]
fn totals_of_events_are_compared_with_totals_of_conflicts() {
    let Some(data) = shared("data") else { return };
    let files = ["BattleDeaths_v23_1", "Nonstate_v23_1", "ged_ukraine_hdx_2021"]
        .map(|name| data.join(format!("ucdp/{name}.csv")));
    let folder = imported(&files.each_ref().map(std::path::PathBuf::as_path));
    let compared = lines(
        folder.path(),
        "compare casualties --rows country,year --country Ukraine --during 2014/2015 --all",
    );
    let of = |source: &str| -> Vec<String> {
        let cells = |line: &&String| line.split(',').any(|cell| cell == source);
        let shown = |line: &String| {
            let cells: Vec<&str> = line.split(',').collect();
            [&cells[1..2], &cells[4..5], &cells[6..7], &cells[8..11]].concat().join(" ")
        };
        compared.iter().filter(cells).map(shown).collect()
    };
    assert_eq!(
        of("ucdp-ged"),
        [
            "2015 state-based revision 1301 1314 1374",
            "2014 state-based overlap 3944 4378 5064",
            "2014 non-state agree 45 45 45"
        ]
    );
    assert_eq!(
        of("ucdp-brd"),
        ["2015 state-based revision 1696 1786 1843", "2014 state-based overlap 4766 4887 5628"]
    );
}

#[test]
fn conflicts_between_groups_have_countries_and_members() {
    let Some(data) = shared("data") else { return };
    let folder = imported(&[&data.join("ucdp/Nonstate_v23_1.csv")]);
    let here = folder.path();
    for (figure, sum) in [("low", "296868"), ("best", "315248"), ("high", "409149")] {
        let table = format!("tabulate casualties --rows source --value {figure}");
        assert_eq!(lines(here, &table), [format!("ucdp-nonstate,{sum}")]);
    }
    assert!(
        notes(here, "tabulate casualties --rows country --value best")
            .contains("55 of 1,542 facts (15,449 of 315,248 best) name more than one country")
    );
    let mexico = "query casualties --country Mexico --during 2022 --columns best";
    let sum = |command: &str| {
        let found = lines(here, command);
        (found.len(), found.iter().map(|best| best.parse::<u64>().unwrap()).sum::<u64>())
    };
    assert_eq!(sum(mexico), (17, 14_127));
    assert_eq!(sum(&format!("{mexico} --exclusively")), (16, 10_401));
}

#[test]
fn events_are_found_by_their_state_and_their_kind_of_violence() {
    let Some(data) = shared("data") else { return };
    let sample = data.join("ucdp/ged_v23_1_sample1000.csv");
    let folder = imported(&[&sample]);
    let here = folder.path();
    assert_eq!(
        lines(here, "tabulate events --rows violence --value deaths_best"),
        ["non-state,3752", "one-sided,1895", "state-based,3914"]
    );
    assert_eq!(
        lines(here, "tabulate events --rows violence"),
        ["non-state,133", "one-sided,160", "state-based,707"]
    );
    assert_eq!(
        lines(
            here,
            "tabulate casualties --rows violence --value best --population civilians -w perpetrator!=x"
        ),
        ["one-sided,1813"]
    );
    // what the file has for one side or the other, and nothing else
    let of_syria = csv::Reader::from_path(&sample)
        .unwrap()
        .into_records()
        .filter(|record| {
            let record = record.as_ref().unwrap();
            record.iter().any(|cell| cell == "Government of Syria")
        })
        .count();
    assert_eq!(lines(here, "query events --actor Syria --columns ref").len(), of_syria);
    let other = imported(&[&data.join("ucdp/ged_ukraine_hdx_2021.csv")]);
    let there = other.path();
    assert_eq!(lines(there, "query events --actor DPR --columns ref").len(), 696);
    assert!(
        notes(there, "query events --actor DPR --columns ref").contains("\"DPR\" means 2 actors")
    );
}

#[test]
fn the_soviet_union_is_a_supplier_of_its_own() {
    let Some(data) = shared("data") else { return };
    let folder = imported(&[&data.join("sipri/trade-register_2026-05-18.csv")]);
    let here = folder.path();
    let iraq = "query arms-transfers --recipient Iraq --columns ref";
    assert_eq!(lines(here, &format!("{iraq} --stage ordered")).len(), 480);
    assert_eq!(lines(here, &format!("{iraq} --stage delivered")).len(), 477);
    assert_eq!(lines(here, &format!("{iraq} --stage ordered --supplier USSR")).len(), 144);
    // groups belong to the state in brackets, and are found by it only if asked
    assert!(!lines(here, "query arms-transfers --of Lebanon --columns ref").is_empty());
    assert!(
        lines(here, "query arms-transfers --recipient Lebanon --columns recipient")
            .iter()
            .all(|recipient| recipient == "Lebanon")
    );
}

#[test]
fn conflicts_and_wars_belong_to_their_parties() {
    let Some(data) = shared("data") else { return };
    let folder = imported(&[
        &data.join("ucdp/ucdp-prio-acd-221.csv"),
        &data.join("cow/war_data.csv"),
        &data.join("lowy/lowy_2017.csv"),
    ]);
    let here = folder.path();
    // years of conflict, conflicts, years of war, and years as a supporter
    for (state, years, conflicts, wars, support) in [
        ("USA", 23, 6, 3, 127),
        ("Iraq", 78, 6, 35, 0),
        ("Ethiopia", 134, 11, 37, 30),
        ("India", 212, 15, 18, 0),
        ("France", 53, 13, 21, 88),
    ] {
        let asked = format!("query events --source ucdp-acd --actor {state} --columns ref,type");
        let rows = lines(here, &asked);
        let of = |row: &String| row.split('/').next().map(str::to_owned);
        let distinct: std::collections::BTreeSet<_> = rows.iter().filter_map(of).collect();
        let at_war = rows.iter().filter(|row| row.ends_with(",war")).count();
        assert_eq!((rows.len(), distinct.len(), at_war), (years, conflicts, wars), "{state}");
        let supported = lines(here, &format!("{asked} --with-support")).len() - rows.len();
        assert_eq!(supported, support, "{state}");
    }
    let wars = "tabulate casualties --source cow-wars --rows source --value best";
    assert_eq!(lines(here, wars), ["cow-wars,32080909"]);
    let of_cow =
        |what: &str| lines(here, &format!("query {what} --source cow-wars --columns ref")).len();
    assert_eq!((of_cow("casualties"), of_cow("events")), (336, 336 + 19));
    // what belongs to an organisation is received by no state
    let posts = |filter: &str| {
        lines(here, &format!("query posts --source lowy-gdi {filter} --columns ref")).len()
    };
    for (host, received) in [("USA", 352), ("Belgium", 66), ("Switzerland", 70)] {
        assert_eq!(posts(&format!("--receiver {host}")), received, "{host}");
    }
    for (sender, sent) in [
        ("USA", 274),
        ("China", 271),
        ("France", 266),
        ("Russia", 243),
        ("Japan", 240),
        ("Turkey", 228),
    ] {
        assert_eq!(posts(&format!("--sender {sender}")), sent, "{sender}");
    }
}

/// A data set that gives people and newspapers the codes of their countries makes no names of
/// countries of them.
#[test]
fn codes_make_no_aliases() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    stdout(&facts(here).args(["seed", "-q"]).output().unwrap());
    let before = lines(here, "query all --actor Reuters --columns ref");
    let header =
        "GLOBALEVENTID\tSQLDATE\tActor1Name\tActor1CountryCode\tActor2Name\tActor2CountryCode\n";
    let row = |n: i32| format!("{n}\t20140312\tJOE BIDEN\tUSA\tREUTERS\tUSA\n");
    let rows: String = (0..40).map(row).collect();
    std::fs::write(here.join("gdelt.tsv"), header.to_owned() + &rows).unwrap();
    std::fs::write(
        here.join("gdelt.toml"),
        r#"
name  = "gdelt"
title = "GDELT"

[[fact]]
kind    = "events"
key     = ["{GLOBALEVENTID}"]
type    = "coded event"
date    = { start = "{SQLDATE}", formats = ["%Y%m%d"] }
actor   = { name = "{Actor1Name}", iso3 = "{Actor1CountryCode}" }
target  = { name = "{Actor2Name}", iso3 = "{Actor2CountryCode}" }
summary = "{Actor1Name} and {Actor2Name}"
"#,
    )
    .unwrap();
    let import = ["import", "gdelt.tsv", "--mapping", "gdelt.toml", "-q"];
    stdout(&facts(here).args(import).output().unwrap());
    assert_eq!(lines(here, "query all --actor Reuters --columns ref"), before);
    assert_eq!(lines(here, "query events --source gdelt --actor USA --columns ref").len(), 40);
    // what the data set calls them is kept, and comes back from an export
    stdout(&facts(here).args(["export", "out", "-q"]).output().unwrap());
    let written = std::fs::read_to_string(here.join("out/events.csv")).unwrap();
    assert!(written.contains("JOE BIDEN [= iso3:USA],REUTERS [= iso3:USA]"), "{written}");
    stdout(&facts(here).args(["seed", "out", "--db", "copy.db", "-q"]).output().unwrap());
    stdout(&facts(here).args(["export", "again", "--db", "copy.db", "-q"]).output().unwrap());
    assert_eq!(std::fs::read_to_string(here.join("again/events.csv")).unwrap(), written);
}
