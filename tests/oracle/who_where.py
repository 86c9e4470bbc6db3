#!/usr/bin/env python3
"""Who and where: what `facts` says of published data sets, against a second reading of them.

    python who_where.py FACTS_BINARY DATA_DIR [NAME]

Each file is read with pandas and, into a database of its own, imported by the program; then every
record's countries, parties, supporters, kind of violence, locality and point are compared. (NAME
limits the run to files whose path contains it.) Exit code: 0 no difference, 1 differences.

How a cell is read here, apart from the program:
* Codes say who is meant, as a set: Gleditsch-Ward numbers of states, UCDP ids of other parties.
  UCDP sorts the two apart in several columns, so position means nothing. As sets, names and codes
  of states agree in every record of these files; that was checked when this was written.
* `export`'s names.csv turns the program's labels into codes. A label is right if it bears the code
  on the record's dates; if the code has no holder then, its holders of other years will do.
* UCDP writes 345, Serbia (Yugoslavia), after 2006 too, when it can only mean Serbia, which is 340.
* A coalition ("ELN, FARC") has an id of its own, and its members' ids in `side_?_components`,
  in no order; GED has no such column, so there the coalition or its members will do. A named alliance
  ("Fatah Halab") is one party. A comma without components belongs to the name.
* One-sided violence has a perpetrator, side A; civilians are nobody's actor. All other UCDP parties
  are sides, and ACLED's too, except where somebody acts against civilians or alone.
* A locality that only repeats the country is none.

Where a reading leaves a choice open, a field has several alternatives; any of them is right.
"""
import csv
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pandas as pd

FIELDS = ("country conflict_country locality latitude longitude side_a side_b supporters others "
          "actor target perpetrator victim violence place supplier recipient "
          "sender receiver subject").split()
ONLY = {"events": {"others", "actor", "target"}, "casualties": {"perpetrator", "victim"}}
VIOLENCE = {"1": "state-based", "2": "non-state", "3": "one-sided"}


class Party(NamedTuple):
    """One country or party: codes of a scheme, any of which is right; the name where none is known."""
    scheme: str  # gw, ucdp, cow, iso-numeric, or name
    codes: tuple
    name: str = ""


# --- small helpers -----------------------------------------------------------------------------

def fold(text):
    text = unicodedata.normalize("NFKD", str(text).casefold())
    return re.sub(r"[\W_]+", " ", "".join(c for c in text if not unicodedata.combining(c))).strip()


def split(cell):
    """At commas, but not at those in brackets."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", cell) if part.strip()]


def parts(key):
    """A key without its separators."""
    return tuple(re.findall(r"[^\W_]+", unquote(key).casefold()))


def read(path, **options):
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)


def number(cell):
    return int(float(cell)) if cell else 0


# --- expected parties --------------------------------------------------------------------------

def states(cell, period):
    """The states of a cell of Gleditsch-Ward codes, each as (code,)."""
    serbia = period[0] > "2006-06-04"
    return [Party("gw", ("340" if serbia and c == "345" else c,)) for c in
            (re.sub(r"\.0$", "", c) for c in split(cell))]


class Actors:
    """UCDP's ids of names that stand alone, over all files: a name may have several ids."""

    def __init__(self):
        self.ids = defaultdict(set)

    def learn(self, names, ids):
        for name, ident in zip(names, ids):
            if "," not in name and "," not in ident:
                self.ids[fold(name)].add(ident)

    def side(self, name, ident, gwno, period, components=None):
        """Alternatives for one side; `components` is None where a file has no such column."""
        if gwno:
            return [states(gwno, period)]
        whole, names = [Party("ucdp", (ident,), name)], split(name)
        if len(names) == 1 or components == "":
            return [whole]
        ids = set(split(components or ""))
        known = {n: self.ids[fold(n)] & ids if ids else self.ids[fold(n)] for n in names}
        if len(ids) == len(names):
            left = ids - set().union(*known.values())
            return [[Party("ucdp", tuple(known[n] or left), n) for n in names]]
        # the members of a member, or none: the number of codes is not the number of names
        return [whole, [Party("ucdp", tuple(known[n] or self.ids[fold(n)]), n) for n in names]]


ACTORS = Actors()


# --- each data set: a list of (key, period, {field: expected}) ------------------------------------

def year_of(row):
    return f"{row.year}-01-01", f"{row.year}-12-31"


def brd(path):
    for row in read(path).itertuples():
        period = year_of(row)
        yield parts(f"{row.dyad_id}/{row.year}"), period, dict(
            country=[states(row.gwno_battle, period)],
            conflict_country=[states(row.gwno_loc, period)],
            side_a=ACTORS.side(row.side_a, row.side_a_id, row.gwno_a, period, ""),
            side_b=ACTORS.side(row.side_b, row.side_b_id, row.gwno_b, period, ""),
            supporters=[states(f"{row.gwno_a_2nd},{row.gwno_b_2nd}", period)],
            perpetrator=[[]], victim=[[]], violence="state-based", locality="",
            latitude=None, longitude=None)


def nonstate(path):
    for row in read(path).itertuples():
        period = year_of(row)
        yield parts(f"{row.dyad_id}/{row.year}"), period, dict(
            country=[states(row.gwno_location, period)],
            side_a=ACTORS.side(row.side_a_name, row.side_a_id, "", period, row.side_a_components),
            side_b=ACTORS.side(row.side_b_name, row.side_b_id, "", period, row.side_b_components),
            supporters=[states(f"{row.gwno_a_2nd},{row.gwno_b_2nd}", period)],
            perpetrator=[[]], victim=[[]], violence="non-state", locality="",
            latitude=None, longitude=None)


def ged(path):
    frame = read(path)
    return frame[frame.id.str.isdigit()]  # HDX has a row of tags below the header


def ged_row(row):
    period = row.date_start[:10], row.date_end[:10]
    a = ACTORS.side(row.side_a, row.side_a_new_id, row.gwnoa, period)
    b = ACTORS.side(row.side_b, row.side_b_new_id, row.gwnob, period)
    one_sided = row.type_of_violence == "3"
    place = "" if fold(row.where_coordinates) == fold(row.country) else row.where_coordinates
    return period, a, b, one_sided, dict(
        country=[states(row.country_id, period)], supporters=[[]], locality=place,
        latitude=float(row.latitude), longitude=float(row.longitude),
        violence=VIOLENCE[row.type_of_violence],
        side_a=[[], *a] if one_sided else a, side_b=[[]] if one_sided else b)


def ged_events(path):
    for row in ged(path).itertuples():
        period, a, _, one_sided, expected = ged_row(row)
        expected["actor"] = a if one_sided else [[]]
        expected["target"] = [[], [Party("name", (), "Civilians")]] if one_sided else [[]]
        yield parts(row.id), period, expected


def ged_casualties(path):
    for row in ged(path).itertuples():
        period, a, b, one_sided, same = ged_row(row)
        for group in ("a", "b", "civilians", "unknown"):
            if number(getattr(row, f"deaths_{group}")) == 0:
                continue
            expected = dict(same, perpetrator=[[]], victim=[[]])
            if group in "ab":
                us, them = (a, b) if group == "a" else (b, a)
                expected["victim"] = us
                # who killed whom within a side's dead is told at most by the other side
                expected["perpetrator"] = [[]] if one_sided and group == "a" else [[], *them]
            elif one_sided:
                expected["perpetrator"] = a if group == "civilians" else [[], *a]
            population = f"side {group}" if group in "ab" else group
            yield parts(f"{row.id}/{population}"), period, expected


def acled(path):
    for row in read(path).itertuples():
        day = str(pd.to_datetime(row.event_date).date())
        one, two = ([Party("name", (), n)] if n else [] for n in (row.actor1, row.actor2))
        if row.actor2.startswith("Civilians"):
            two = [two, []]  # a population, with a country
        else:
            two = [two]
        against = row.actor2.startswith("Civilians")
        acted = against or not row.actor2
        others = [Party("name", (), n.strip()) for c in (row.assoc_actor_1, row.assoc_actor_2)
                  for n in c.split(";") if n.strip()]
        yield parts(row.event_id_cnty), (day, day), dict(
            country=[[Party("iso-numeric", (row.iso.zfill(3),))]],
            locality="" if fold(row.location) == fold(row.country) else row.location,
            latitude=float(row.latitude), longitude=float(row.longitude), others=[others],
            side_a=[[]] if acted else [one], side_b=[[]] if against else two,
            actor=[one] if acted else [[]], target=two if against else [[]])


def acd(path):
    for row in read(path).itertuples():
        period = year_of(row)
        components = row.side_b_id if "," in row.side_b_id else ""
        # a name with several ids ("DPR") stands for one party, and a list does not say which id
        named = [[Party("name", (), name) for name in split(row.side_b)]] if components else []
        yield parts(f"{row.conflict_id}/{row.year}"), period, dict(
            conflict_country=[states(row.gwno_loc, period)],
            side_a=ACTORS.side(row.side_a, row.side_a_id, row.gwno_a, period, ""),
            side_b=ACTORS.side(row.side_b, row.side_b_id, row.gwno_b, period, components) + named,
            supporters=[states(f"{row.gwno_a_2nd},{row.gwno_b_2nd}", period)],
            violence="state-based", actor=[[]], target=[[]])


def cow_wars(path):
    """A row is a state in a war; one that fought twice is two events."""
    for row in read(path).itertuples():
        state = [[Party("cow", (row.ccode,), row.StateName)]]
        for spell in "12":
            begin, end = (getattr(row, f"{edge}Year{spell}") for edge in ("Start", "End"))
            if int(begin) > 0:  # a war that goes on has no end
                last = f"{end}-12-31" if int(end) > 0 else "2099-12-31"
                yield parts(f"{row.WarNum}/{row.ccode}/{row.Side}/{spell}"), (f"{begin}-01-01", last), dict(
                    actor=state, target=[[]], violence="state-based")


def cow_deaths(path):
    for key, period, expected in cow_wars(path):
        if key[-1] == "1":
            yield key[:-1], period, dict(victim=expected["actor"], perpetrator=[[]],
                                         violence="state-based")


def by_name(name):
    """A party by its published name; what is called unknown may be nobody."""
    party = [Party("name", (), name.rstrip("*"))]
    return [party, []] if name.startswith("unknown ") else [party]


def lowy(path):
    """Posts by their line. A permanent mission is accredited to no country."""
    frame = read(path, encoding="utf-8-sig")
    for index, row in enumerate(frame.to_dict("records")):
        mission = row["TYPE OF POST"] == "Permanent Mission"
        yield (index + 2,), ("2017-01-01", "2017-12-31"), dict(
            sender=by_name(row["COUNTRY"]),
            receiver=[[]] if mission else by_name(row["POST COUNTRY"]),
            # a star marks what some do not count among the states; one name lost a letter
            country=[*by_name(row["POST COUNTRY"]),
                     *([[]] if set("*\ufffd") & set(row["POST COUNTRY"]) else [])],
            locality="" if fold(row["POST CITY"]) == fold(row["POST COUNTRY"]) else row["POST CITY"])


def us_missions(path):
    frame = read(path)
    for row in frame.itertuples():
        yield (row.Index + 2,), (row.date_start, row.date_end), dict(
            sender=[[Party("gw", ("2",))]],
            receiver=[[Party("gw", (row.country_code_gw,), row.country_name_gw)]])


def sipri_table(path):
    """The line of the header, which stands below a preamble whose length differs, and the rows."""
    lines = path.read_text("latin-1").splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("Recipient,"))
    # rows may have more cells than the header
    width = max(line.count(",") + 1 for line in lines[head:])
    frame = read(path, skiprows=head + 1, encoding="latin-1", names=range(width), header=None)
    names = next(csv.reader([lines[head]]))
    return head + 1, frame.rename(columns=dict(enumerate(names)))


def sipri(path):
    """Orders by their line. A line that begins with an empty cell is the rest of the one before."""
    head, frame = sipri_table(path)
    for row in frame[frame.Recipient != ""].itertuples():
        yield (head + 1 + row.Index,), ("1950-01-01", "2099-12-31"), dict(
            supplier=by_name(row.Supplier), recipient=by_name(row.Recipient))


def sipri_imports(path):
    """A line has a record for each year; the last line is the total."""
    head, frame = sipri_table(path)
    for row in frame.itertuples():
        if row.Recipient and not row.Recipient.startswith("Total "):
            yield (head + 1 + row.Index,), ("1950-01-01", "2099-12-31"), dict(
                subject=by_name(row.Recipient))


# --- the program -----------------------------------------------------------------------------

class Facts:
    """The program with one fresh database that holds one file."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, Path(folder)
        self.run("init")

    def run(self, *args, check=True):
        done = subprocess.run([self.binary, "--db", self.folder / "facts.db", *map(str, args)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode:
            raise RuntimeError(f"facts {' '.join(map(str, args))}: {done.stderr.strip()[:300]}")
        return done

    def rows(self, kind, *args):
        return [json.loads(line) for line in
                self.run("query", kind, *args, "-f", "jsonl").stdout.splitlines()]

    def read_names(self):
        """Labels of each code with dates, codes of each label, and labels of each spelling."""
        self.run("export", self.folder / "out")
        self.holders, self.codes = defaultdict(list), defaultdict(set)
        self.spelling = defaultdict(set)
        for row in read(self.folder / "out" / "names.csv").to_dict("records"):
            for label in filter(None, (row["actor"], row["place"])):
                if row["scheme"] in ("gw", "ucdp", "cow", "iso-numeric"):
                    code = row["name"].zfill(3) if row["scheme"] == "iso-numeric" else row["name"]
                    self.holders[row["scheme"], code].append(
                        (label, row["valid_from"] or "0", row["valid_to"] or "9"))
                    self.codes[row["scheme"], label].add(code)
                else:
                    self.spelling[fold(row["name"])].add(label)

    def means(self, label, party, period):
        """Whether the label means the party on these dates."""
        named = fold(label) == fold(party.name) or label in self.spelling[fold(party.name)]
        if party.scheme == "name" or (party.scheme == "ucdp" and not self.codes["ucdp", label]):
            return named
        if party.scheme == "ucdp" and not (named or fold(label).startswith(fold(party.name))):
            return False  # no id has two names in one file: an id under another's name is wrong
        for code in party.codes:
            held = self.holders[party.scheme, code]
            now = [h for h in held if h[1] <= period[1] and period[0] <= h[2]]
            if any(label == h[0] for h in now or held):
                return True
        return False

    def same(self, labels, wanted, period):
        """Whether the labels mean these parties, each of them once."""
        wanted = list(dict.fromkeys(wanted))
        if len(labels) != len(wanted):
            return False
        for label in labels:
            meant = [p for p in wanted if self.means(label, p, period)]
            if not meant:
                return False
            wanted.remove(min(meant, key=lambda p: fold(p.name) != fold(label)))
        return True


def labels(record, field):
    return record.get(f"{field}_members") or ([record[field]] if record.get(field) else [])


def agrees(facts, record, field, wanted, period):
    if isinstance(wanted, list):
        return any(facts.same(labels(record, field), option, period) for option in wanted)
    if isinstance(wanted, float) or field in ("latitude", "longitude"):
        shown = record.get(field)
        return shown is None if wanted is None else (
            isinstance(shown, (int, float)) and abs(shown - wanted) < 1e-9)
    return (record.get(field) or "") == wanted


def show(wanted):
    if not isinstance(wanted, list):
        return repr(wanted)
    return " or ".join("{" + "; ".join(f"{p.scheme} {'|'.join(p.codes)} {p.name}".strip()
                                       for p in option) + "}" for option in wanted)


# --- the comparison ----------------------------------------------------------------------------

class Report:
    def __init__(self):
        self.table, self.bad = [], []

    def add(self, file, field, compared, differences):
        self.table.append((file, field, compared, len(differences)))
        self.bad += [(file, field, d) for d in differences[:5]]

    def print(self):
        print(pd.DataFrame(self.table, columns=["file", "field", "compared", "differences"])
              .to_string(index=False))
        for file, field, text in self.bad:
            print(f"\n{file}, {field}: {text}")
        return sum(row[3] for row in self.table)


def compare(report, facts, file, kind, source, expected, by_line=False):
    expected = list(expected)
    fields = [f for f in FIELDS if any(f in e for _, _, e in expected)
              or f == "place" and not by_line]
    other = {f for k, v in ONLY.items() if k != kind for f in v}
    fields = [f for f in fields if f not in other]
    file = f"{file} ({kind})"
    known = {r["field"] for r in map(json.loads, facts.run(
        "fields", kind, "-f", "jsonl").stdout.splitlines())}
    for field in fields:
        if field not in known:
            report.add(file, field, 0, ["the program has no such field"])
    fields = [f for f in fields if f in known]
    try:
        records = facts.rows(kind, "--source", source, "--columns",
                             ",".join(["ref", "key", *(["locator"] if by_line else []), *fields]))
    except RuntimeError as error:
        return report.add(file, "query", 0, [str(error)])
    found, extra = defaultdict(list), []
    for record in records:
        key = (int(record["locator"].split("=")[1]),) if by_line else parts(record["key"])
        found[key].append(record)
    wanted = {key: (period, values) for key, period, values in expected}
    extra = [f"{r[0]['ref']}: not in the file" for k, r in found.items() if k not in wanted]
    lost = [f"{k}: no record" for k in wanted if k not in found]
    double = [] if by_line else [f"{k}: {len(r)} records" for k, r in found.items() if len(r) > 1]
    if len(wanted) != len(expected):
        double.append("keys of the file repeat")
    report.add(file, "records", len(wanted), lost + extra + double)
    for field in fields:
        compared, bad = 0, []
        for key, (period, values) in wanted.items():
            for record in found.get(key, []):
                if field == "place" and "locality" in values:
                    want = ", ".join(filter(None, (values["locality"], record.get("country"))))
                elif field in values:
                    want = values[field]
                else:
                    continue
                compared += 1
                if not agrees(facts, record, field, want, period):
                    shown = (labels(record, field) if isinstance(want, list)
                             else record.get(field))
                    bad.append(f"{record['ref']}: expected {show(want)}, found {shown!r}\n"
                               f"    {json.dumps(record, ensure_ascii=False)}")
        report.add(file, field, compared, bad)
    if "supplier" in fields:  # two published names must not become one, but for two of the same state
        merged = []
        for field in ("supplier", "recipient"):
            names = defaultdict(set)
            for key, (_, values) in wanted.items():
                for record in found.get(key, []):
                    names[record[field]].add(values[field][0][0].name)
            merged += [f"{field} {label!r} stands for {sorted(n)}" for label, n in names.items()
                       if len(n - {"Yemen Arab Republic (North Yemen)"}) > 1]
        report.add(file, "names made one", len(wanted), merged)


def ask(report, facts, file, kind, args, rows, best=None):
    """One filter: how many rows it finds, and what their best estimates add up to."""
    try:
        found = facts.rows(kind, *args, "--columns", "ref" + (",best" if best is not None else ""))
        got = (len(found), None if best is None else sum(r.get("best") or 0 for r in found))
        bad = [] if got == (rows, best) else [f"expected {(rows, best)}, found {got}"]
    except RuntimeError as error:
        bad = [str(error)]
    report.add(file, " ".join(args), rows, bad)


def questions(report, facts, file, path):
    """The filters that people would use, with answers counted here."""
    def holds(frame, columns, code):
        return frame[columns].apply(lambda c: c.map(lambda v: code in split(v))).any(axis=1)

    if file.startswith("BattleDeaths"):
        frame = read(path)
        frame["best"] = frame.bd_best.astype(int)
        def put(args, mask):
            ask(report, facts, file, "casualties", args, int(mask.sum()), int(frame.best[mask].sum()))
        put(["--actor", "Afghanistan"], holds(frame, ["gwno_a", "gwno_b"], "700"))
        put(["--supporter", "Afghanistan"], holds(frame, ["gwno_a_2nd", "gwno_b_2nd"], "700"))
        put(["--actor", "Jordan"], holds(frame, ["gwno_a", "gwno_b"], "663"))
        put(["--actor", "Jordan", "--with-support"],
            holds(frame, ["gwno_a", "gwno_b", "gwno_a_2nd", "gwno_b_2nd"], "663"))
        for name, code, year in (("Ukraine", "369", "2022"), ("Syria", "652", "2013"),
                                 ("Ethiopia", "530", "2022"), ("Iraq", "645", "2014")):
            there = holds(frame, ["gwno_battle"], code) & (frame.year == year)
            when = ["--during", year]
            put(["--country", name, *when], there)
            put(["--country", name, "--exclusively", *when], there & (frame.gwno_battle == code))
            put(["--conflict-country", name, *when],
                holds(frame, ["gwno_loc"], code) & (frame.year == year))
    elif file.startswith("Nonstate"):
        frame = read(path)
        frame["best"] = frame.best_fatality_estimate.astype(int)
        for name, code, year in (("Mexico", "70", "2022"), ("Kenya", "501", "2012")):
            mask = holds(frame, ["gwno_location"], code) & (frame.year == year)
            ask(report, facts, file, "casualties", ["--country", name, "--during", year],
                int(mask.sum()), int(frame.best[mask].sum()))
    elif file.startswith("ged"):
        frame = ged(path)
        for code, word in VIOLENCE.items():
            ask(report, facts, file, "events", ["--violence", word],
                int((frame.type_of_violence == code).sum()))
        for name in ("DPR", "UCK", "LPR"):  # two ids each, one spelling
            mask = (frame.side_a == name) | (frame.side_b == name)
            if mask.any():
                ask(report, facts, file, "events", ["--actor", name], int(mask.sum()))
        for name, code in (("Syria", "652"), ("Ukraine", "369")):
            mask = holds(frame.assign(a=frame.gwnoa.str.replace(".0", "", regex=False),
                                      b=frame.gwnob.str.replace(".0", "", regex=False)),
                         ["a", "b"], code)
            ask(report, facts, file, "events", ["--actor", name], int(mask.sum()))
    elif file.startswith("trade-register"):
        _, frame = sipri_table(path)
        iraq = frame.Recipient == "Iraq"
        ordered = ["--recipient", "Iraq", "--stage", "ordered"]
        delivered = ["--recipient", "Iraq", "--stage", "delivered"]
        ask(report, facts, file, "arms-transfers", ordered, int(iraq.sum()))
        ask(report, facts, file, "arms-transfers", delivered,
            int((iraq & (frame["Year(s) of delivery"].str.strip() != "")).sum()))
        for name in ("Soviet Union", "Russia"):
            ask(report, facts, file, "arms-transfers", [*ordered, "--supplier", name],
                int((iraq & (frame.Supplier == name)).sum()))


FILES = [  # path, source, {kind: reading}
    ("ucdp/BattleDeaths_v23_1.csv", "ucdp-brd", {"casualties": brd}),
    ("ucdp/Nonstate_v23_1.csv", "ucdp-nonstate", {"casualties": nonstate}),
    ("ucdp/ged_v23_1_sample1000.csv", "ucdp-ged",
     {"events": ged_events, "casualties": ged_casualties}),
    ("ucdp/ged_ukraine_hdx_2020.csv", "ucdp-ged",
     {"events": ged_events, "casualties": ged_casualties}),
    ("ucdp/ged_ukraine_hdx_2021.csv", "ucdp-ged",
     {"events": ged_events, "casualties": ged_casualties}),
    ("acled/acled_2024_layout_2rows.csv", "acled", {"events": acled}),
    ("ucdp/ucdp-prio-acd-221.csv", "ucdp-acd", {"events": acd}),
    ("cow/war_data.csv", "cow-wars", {"events": cow_wars, "casualties": cow_deaths}),
    ("lowy/lowy_2017.csv", "lowy-gdi", {"posts": lowy}),
    ("us-missions/mission_status_range_gw_v0.1.csv", "us-missions", {"posts": us_missions}),
    ("sipri/trade-register_2025-10-23.csv", "sipri-at", {"arms-transfers": sipri}),
    ("sipri/trade-register_2026-05-18.csv", "sipri-at", {"arms-transfers": sipri}),
    ("sipri/import-values_1990-2023.csv", "sipri-imports", {"indicators": sipri_imports}),
]


BY_LINE = (lowy, us_missions, sipri, sipri_imports)


def main(binary, data, only=""):
    data, report = Path(data), Report()
    frame = read(data / "ucdp/BattleDeaths_v23_1.csv")
    ACTORS.learn(frame.side_b, frame.side_b_id)
    frame = read(data / "ucdp/Nonstate_v23_1.csv")
    for side in "ab":
        ACTORS.learn(frame[f"side_{side}_name"], frame[f"side_{side}_id"])
    for path, source, kinds in FILES:
        if only not in path:
            continue
        file = Path(path).name
        with tempfile.TemporaryDirectory() as folder:
            facts = Facts(str(Path(binary).resolve()), folder)
            try:
                facts.run("import", data / path)
                facts.read_names()
            except (RuntimeError, OSError) as error:
                report.add(file, "import", 0, [str(error)])
                continue
            for kind, reading in kinds.items():
                compare(report, facts, file, kind, source, reading(data / path),
                        by_line=reading in BY_LINE)
            questions(report, facts, file, data / path)
            if source == "ucdp-brd":  # half of its columns were sorted apart from the others
                refused = facts.run("import", data / "ucdp/BattleDeaths_v24_1.csv", check=False)
                left = len(facts.rows("casualties", "--columns", "ref"))
                ok = refused.returncode and left == len(read(data / path))
                report.add("BattleDeaths_v24_1.csv", "refused", 1,
                           [] if ok else [f"exit code {refused.returncode}, {left} records left"])
    return 1 if report.print() else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
