#!/usr/bin/env python3
"""Asks two builds of `facts` the same questions, and compares their answers byte by byte.

It is for changes that may make the program quicker or tidier and must not change an answer: build the commit before
such a change and the one with it, and compare.

    tests/oracle/same.py OLD NEW                    500 random commands against both programs
    tests/oracle/same.py OLD NEW --seed 7           other commands; the same seed makes the same ones
    tests/oracle/same.py OLD NEW --commands 5000    more of them
    tests/oracle/same.py OLD NEW --keep DIR         leave the databases in DIR, to ask further
    tests/oracle/same.py OLD NEW --self-test        does it find differences that were planted?

Each program makes three databases of its own, since their schemas may differ, from the same files: `shipped` (the facts
that ship), `samples` (the files of tests/samples, a later release, edits, an undo, a linked name, a document with its
text) and `made-up` (some thousand invented events in the layout of UCDP GED in two releases, and a table with a
description of its own that leaves many columns without a field). Commands are made from a seed and from the values that
the databases hold. Each runs as CSV and as JSON lines. What is written to the standard output (and the files of
`facts export` and `facts chart -o`) and the exit code must be the same; only times of the clock and the folders' own
paths are made alike first. What may differ is not asked for: the SQL of --explain, tables that are there for storage,
and in `facts status` the size of the file and its schema.

Exits with 1 if anything differs, and with 2 if OLD cannot make the databases or too few answers hold anything.
"""

import argparse
import csv
import difflib
import io
import itertools
import json
import os
import random
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "samples")
KINDS = ["events", "arms-transfers", "casualties", "posts", "indicators"]
FORMATS = ["csv", "jsonl"]
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
UID = re.compile(rb"\d{8}T\d{6}Z-[0-9a-f]{12}")  # of an import: its time, and chance
PATIENCE = 120  # seconds for one command
ENOUGH = 0.5  # the share of answers with rows below which a comparison says little


class Failed(Exception):
    """The comparison cannot go on, and the exit code that says why."""

    def __init__(self, why, code=2):
        super().__init__(why)
        self.code = code


# ----- the two programs ------------------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What one run of a program gave."""

    code: int
    out: bytes
    said: bytes


class Program:
    """One of the two builds, with a folder for its databases."""

    def __init__(self, path, name, base):
        self.path, self.name = os.path.abspath(path), name
        self.folder = os.path.join(base, name)
        home = os.path.join(base, "home")
        os.makedirs(self.folder, exist_ok=True)
        os.makedirs(home, exist_ok=True)
        self.environment = {"HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "100",
                            "PATH": os.environ.get("PATH", "")}

    def run(self, database, arguments, output=None):
        """Runs a command in the folder of a database; the files that it wrote to `output` are part of the answer."""
        folder = os.path.join(self.folder, database)
        try:
            done = subprocess.run([self.path, *arguments], cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return Answer(-1, b"", f"no end within {PATIENCE} seconds".encode())
        out = done.stdout
        if output:
            out += taken(os.path.join(folder, output))
        return Answer(done.returncode, self.alike(out), self.alike(done.stderr))

    def alike(self, text):
        """Text without the time of day and without the place of the folder."""
        text = UID.sub(b"[UID]", text.replace(self.folder.encode(), b"[FOLDER]"))
        return TIME.sub(b"[TIME]", text)


def taken(path):
    """What a command wrote to a file, or to a folder as CSV; it is gone afterwards."""
    if os.path.isdir(path):
        names = sorted(name for name in os.listdir(path) if name.endswith(".csv"))
        text = b"".join(name.encode() + b"\n" + content(os.path.join(path, name)) for name in names)
        shutil.rmtree(path)
        return text
    if os.path.exists(path):
        text = content(path)
        os.remove(path)
        return text
    return b""


def content(path):
    with open(path, "rb") as file:
        return file.read()


# ----- files that are made up -------------------------------------------------------------------------------------------

COUNTRIES = [("Iraq", 645, "IRQ"), ("Syria", 652, "SYR"), ("Turkey", 640, "TUR"), ("Yemen", 678, "YEM"),
             ("Côte d'Ivoire", 437, "CIV"), ("Afghanistan", 700, "AFG"), ("Nowhereland", "", "")]
SYLLABLES = "ba ka la ma na ra sa ta de ke le me ne re se te bi ki li mi ni ri si ti do ko lo mo no ro so to é ñ ü ş".split()
WORDS = """attack on the market by armed men killed and wounded soldiers near the bridge said police in a town after clashes
with militants who burned houses along the road while an airstrike hit the camp officials told of shelling overnight""".split()
GED = """id relid year active_year code_status type_of_violence conflict_new_id conflict_name dyad_new_id dyad_name
side_a_new_id side_a side_b_new_id side_b number_of_sources source_article source_headline where_prec where_coordinates
where_description adm_1 adm_2 latitude longitude country country_id region date_prec date_start date_end deaths_a deaths_b
deaths_civilians deaths_unknown best high low gwnoa gwnob""".split()
# the columns of the survey, and what may stand in them where it is not made for each record
SURVEY = {
    "code": [""], "when": [""], "town": [""], "country": [""], "iso": [""], "by": [""], "remark": [""], "long text": [""],
    "killed": ["", "", "3", "12", "c. 10", "40+", "5-9", "0"],
    "who": ["", "the army", "Police; militia", "Ärzte"],
    "sort of thing": ["clash", "raid", "Ambush", "raid; clash"],
    "score": ["", "", "1.5", "0.1", "-2", "100", "1000000.25"],
    "item": ["", "", "", "F-16", "T-72, used", "boots 'n' \"all\""],
    "pieces": ["", "12", "c. 24"],
    "price": ["", "1.5", "300", "99.99"],
    "stage": ["o", "d", "s"],
    "post": ["", "", "", "e", "c"],
    "staff": ["", "12", "1600"],
    "head": ["", "A. Karim", "B. Adams"],
    "grade": ["A", "B", "C", "007", "1e2"],
    "place lat, lon": [""],
    'said "so"': ["yes", "no", 'he "said"', ""],
    "naïve ü": ["ü", "Ü", "é", ""],
    "mixed": ["true", "null", "{}", "[1, 2]", "12345678901234567890", "=1+1", " "],
    "seldom": [""], "empty": [""],
}
DESCRIPTION = """
name     = "survey"
title    = "A made-up survey"
codebook = "None"

[[fact]]
kind    = "events"
key     = ["{code}"]
type    = "{sort of thing}"
date    = "{when}"
place   = { name = "{town}", within = { name = "{country}", iso3 = "{iso}" } }
actor   = "{by}"
target  = { name = "{who}", iso3 = "{iso}" }
deaths  = { text = "{killed}", marks = { "c." = "about", "+" = "over", "-" = "range" } }
summary = "[{killed} ]killed at {town}[ by {by}]"

[[fact]]
kind       = "casualties"
key        = ["{$key}", "killed"]
when       = { column = "killed", stated = true }
harm       = "killed"
population = "civilians"
date       = "{when}"
place      = { name = "{country}", iso3 = "{iso}" }
quantity   = { text = "{killed}", marks = { "c." = "about", "+" = "over", "-" = "range" }, unmarked = "exact" }
event      = "{$source}:{$key}"
summary    = "{killed} killed"

[[fact]]
kind     = "indicators"
key      = ["{$key}", "score"]
when     = { column = "score", stated = true }
measure  = "score"
unit     = "points"
subject  = { name = "{country}", iso3 = "{iso}" }
date     = "{when}"
quantity = "{score}"
summary  = "Score of {country}: {score}"

[[fact]]
kind        = "arms-transfers"
key         = ["{$key}", "arms"]
when        = { column = "item", stated = true }
supplier    = "{by}"
recipient   = { name = "{country}", iso3 = "{iso}" }
designation = "{item}"
stage       = { column = "stage", codes = { o = "ordered", d = "delivered", s = "sought" } }
date        = "{when}"
quantity    = { text = "{pieces}", marks = { "c." = "about" }, unmarked = "exact" }
value       = "{price}"
summary     = "[{pieces} ]{item} for {country}"

[[fact]]
kind        = "posts"
key         = ["{$key}", "post"]
when        = { column = "post", stated = true }
sender      = { name = "{country}", iso3 = "{iso}" }
receiver    = "United States"
post_type   = { column = "post", codes = { e = "embassy", c = "consulate" } }
post_status = "open"
head        = "{head}"
staff       = "{staff}"
place       = "{town}"
date        = "{when}"
summary     = "{country} in {town}"
"""


class Inventor:
    """Invents rows from a seed, the same each time."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.towns = {country: [self.word(3) for _ in range(24)] + ["Ford, Upper", "O'Neil", 'The "Hill"', "İzmir"]
                      for country, _, _ in COUNTRIES}
        self.fronts = {country: [f"{self.word(2)} Front" for _ in range(6)] for country, _, _ in COUNTRIES}

    def word(self, syllables):
        return "".join(self.chance.choices(SYLLABLES, k=syllables)).capitalize()

    def words(self, most):
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(2, most)))

    def day(self):
        chance = self.chance
        return f"{chance.randint(1990, 2021)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    def event(self, number):
        """One event in the layout of UCDP GED."""
        chance = self.chance
        country, code, _ = chance.choice(COUNTRIES)
        town, front, violence = chance.choice(self.towns[country]), chance.choice(self.fronts[country]), chance.choice("11123")
        side_a = f"Government of {country}" if violence == "1" else f"{front} (old)"
        side_b = "Civilians" if violence == "3" else front
        day = self.day()
        precision = chance.choice("11112345")
        last = day[:-2] + "28" if precision != "1" else day
        a, b, c, u = (chance.choice([1, 2, 7, 40]) if chance.random() < share else 0 for share in (0.3, 0.3, 0.2, 0.05))
        best = a + b + c + u
        place = self.towns[country].index(town)
        return dict(
            id=number * 2, relid=f"{country[:3].upper()}-{number}", year=day[:4], active_year=1,
            code_status=chance.choice(["Clear", "Clear", "Check deaths"]), type_of_violence=violence, conflict_new_id=11000,
            conflict_name=f"{country}: Government", dyad_new_id=13000 + place, dyad_name=f"{side_a} - {side_b}",
            side_a_new_id=self.party(side_a), side_a=side_a, side_b_new_id=self.party(side_b), side_b=side_b,
            number_of_sources=chance.choice([-1, 1, 2, 3]), source_article=f'Agency, "{day}, {self.words(12)}"',
            source_headline=chance.choice(["", self.words(9).capitalize()]), where_prec=chance.randint(1, 7),
            where_coordinates=town, where_description=chance.choice(["", self.words(6), "by\nthe old mill"]),
            adm_1=chance.choice(["North", "South", "Éast", ""]), adm_2=self.word(2), latitude=place + 0.5, longitude=40.25,
            country=country, country_id=code, region=chance.choice(["Middle East", "Africa"]), date_prec=precision,
            date_start=f"{day} 00:00:00.000", date_end=f"{last} 00:00:00.000", deaths_a=a, deaths_b=b, deaths_civilians=c,
            deaths_unknown=u, best=best, high=best + chance.choice([0, 0, 5]), low=best,
            gwnoa=code if violence == "1" else "", gwnob="")

    def party(self, name):
        """A number for each party, whatever the order in which they come."""
        return 5000 + sum(n * ord(letter) for n, letter in enumerate(name, 1)) % 4000

    def later(self, events):
        """The next release of these events: some are gone, some changed, some new."""
        chance = self.chance
        kept = []
        for event in events:
            event = dict(event)
            if chance.random() < 0.15:
                event["best"] += 3
                event["high"] += 5
            elif chance.random() < 0.1:
                event["source_headline"] = self.words(5)
            if chance.random() > 0.03:
                kept.append(event)
        return kept + [self.event(len(events) + n) for n in range(1, 41)]

    def date(self):
        """A date in one of the forms that EDTF has."""
        day = self.day()
        year = int(day[:4])
        return self.chance.choice([day, day, day, day[:7], day[:7], day[:4], day[:4], f"{day[:7]}~", f"{year}/{year + 2}",
                                   f"/{year}", f"{year}/..", f"[{day}..{day[:-2]}28]", "-0538", ""])

    def record(self, number):
        """One record of the survey; what stands in most of its columns becomes no field."""
        chance = self.chance
        country, _, iso = chance.choice(COUNTRIES)
        record = {column: chance.choice(cells) for column, cells in SURVEY.items()}
        record.update({
            "code": f"n{number}", "when": self.date(), "town": chance.choice(self.towns[country]), "country": country, "iso": iso,
            "by": chance.choice(["", "armed men", "Armed Men", *self.fronts[country]]), "place lat, lon": f"{number}.5, 40",
            "remark": chance.choice(["", self.words(5), "broken\nin two"]), "long text": self.words(30),
            "seldom": "once" if number % 97 == 0 else ""})
        return list(record.values())


def write_made_up(folder, seed=1, events=2500, records=600):
    """Writes the files of the made-up database; returns how they are loaded."""
    inventor = Inventor(seed)
    first = [inventor.event(n) for n in range(1, events + 1)]
    for name, release in (("GEDEvent_v91_1.csv", first), ("GEDEvent_v91_2.csv", inventor.later(first))):
        write_csv(os.path.join(folder, name), GED, [[event[column] for column in GED] for event in release])
    rows = [inventor.record(n) for n in range(1, records + 1)]
    write_csv(os.path.join(folder, "survey.csv"), list(SURVEY), rows, ";")
    with open(os.path.join(folder, "survey.toml"), "w", encoding="utf-8") as file:
        file.write(DESCRIPTION)
    return [
        ["import", "GEDEvent_v91_1.csv"],
        ["import", "survey.csv", "--mapping", "survey.toml", "--release", "1"],
        ["import", "GEDEvent_v91_2.csv", "--complete"],
        ["edit", "survey:n7", "deaths_best=77", "note=by hand"],
        ["names", "link", "Nowhereland", "LUX"],
        *document(folder),
    ]


def write_csv(path, header, rows, delimiter=","):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


REPORT = """The army took Ford town on 3 June 2013. A lawmaker spoke of 12 jets. Nobody was hurt.

Iraq bought 24 jets in May 2013; the minister, A. Karim, denied it. Basra was quiet.
"""


def document(folder):
    """A document with its text, and facts that rest on it: two answers to one question, and columns of odd names."""
    with open(os.path.join(folder, "report.txt"), "w", encoding="utf-8") as file:
        file.write(REPORT)
    jets = ["add", "arms-transfers", "source=report", "recipient=Iraq", "designation=jets", "stage=ordered", "topic=jets",
            "date=2013-05", "date_basis=stated"]
    killed = ["add", "casualties", "source=report", "harm=killed", "population=civilians", "place=Iraq", "date_basis=stated",
              "summary=Civilians were killed"]
    event = ["add", "events", "source=report", "type=odd", "summary=Columns of odd names"]
    return [
        ["source", "add", "report", "--title", "A made-up report", "--published", "2013-07"],
        ["source", "attach", "report", "report.txt"],
        ["add", "topics", "slug=jets", "question=How many jets did Iraq buy in May 2013?"],
        [*jets, "key=24", "best=24", "quote=24 jets", "summary=Iraq bought 24 jets."],
        [*jets, "key=12", "best=12", "quote=12 jets", "summary=A lawmaker put it at 12 jets."],
        [*jets, "key=none", "stance=denies", "locator=char=137,154", "summary=The minister denied it."],
        ["add", "casualties", "source=report", "key=odd", "harm=killed", "population=all", "low=3", "best=9", "date=2013-06-03",
         "date_basis=stated", "quote=Everybody was hurt", "--quote-unchecked", "summary=A quote that is not in the text"],
        [*killed, "key=2013", "date=2013", "best=7818"],
        [*killed, "key=spring", "date=2013-03/2013-05", "low=900", "high=1200"],
        [*killed, "key=2013b", "date=2013", "low=9000", "best=9400", "high=9900", "stance=alleges"],
        [*event, "key=a", 'extra={"a":"1","b":"","twice":null,"twice":"2"}'],
        [*event, "key=b", "extra={}"],
        [*event, "key=c", 'extra={"n":1e2,"yes":true,"big":12345678901234567890,"q\\"uote":"4","b":"5","o":{"p":null}}'],
        [*event, "key=d", 'extra={"\\u00e9":"\\u00fc","q\\"uote":"6"}'],
    ]


# ----- the databases ----------------------------------------------------------------------------------------------------

# what the files of tests/samples need beyond their name
OPTIONS = {"ged_hdx.csv": ["--release", "2031"], "ged41.csv": ["--release", "5.0", "--older"]}
LAST_RUN = "(the last run)"


def write_samples(folder):
    """Copies the samples, and makes a later release of one; returns how they are loaded."""
    names = sorted(name for name in os.listdir(SAMPLES) if name.endswith(".csv"))
    for name in names:
        shutil.copy(os.path.join(SAMPLES, name), folder)
    with open(os.path.join(folder, "GEDEvent_v99_1.csv"), encoding="utf-8", newline="") as file:
        first = file.read()
    with open(os.path.join(folder, "GEDEvent_v99_2.csv"), "w", encoding="utf-8", newline="") as file:
        file.write(first[:first.index("\n900004")].replace(",6,9,4,", ",8,9,4,") + "\n")
    return [
        ["seed"],
        *(["import", name, *OPTIONS.get(name, [])] for name in names),
        ["import", "GEDEvent_v99_2.csv", "--complete"],
        ["edit", "us-iraq-2014:casualty-1", "best=9600", "note=corrected"],
        ["edit", "us-iraq-2014:casualty-2", "best=1"],
        ["undo", LAST_RUN],
        ["names", "link", "Sylvania", "LUX"],
        *document(folder),
    ]


def write_shipped(_folder):
    """The facts that ship need no files."""
    return [["seed"]]


DATABASES = {"shipped": write_shipped, "samples": write_samples, "made-up": write_made_up}


class Result(NamedTuple):
    """A command in one format, and both answers."""

    database: str
    arguments: list
    old: Answer
    new: Answer


def build(programs, database):
    """Makes one database with each program; returns the steps whose answers differ."""
    for program in programs:
        os.makedirs(os.path.join(program.folder, database))
        steps = DATABASES[database](os.path.join(program.folder, database))
    differences = []
    for step in steps:
        old, new = (program.run(database, ["-f", "csv", *with_run(program, database, step)]) for program in programs)
        if (old.code, old.out) != (new.code, new.out):
            differences.append(Result(database, step, old, new))
        if old.code or new.code:
            print_difference(Result(database, step, old, new))
            raise Failed(f"the database {database} cannot be made", 2 if old.code else 1)
    return differences


def with_run(program, database, step):
    """A step with the number of the last run, where it needs that."""
    if LAST_RUN not in step:
        return step
    last = str(records(program.run(database, ["-f", "jsonl", "log"]))[-1]["id"])
    return [last if word == LAST_RUN else word for word in step]


def records(answer):
    """The objects of an answer in JSON lines."""
    return [json.loads(line) for line in answer.out.splitlines()]


# ----- what a database holds ----------------------------------------------------------------------------------------------


class Field(NamedTuple):
    """A field of a kind, as `facts fields` describes it."""

    name: str
    type: str
    flag: str
    values: list


class Known:
    """What one database holds, as a program tells it: the stock that commands are made from."""

    def __init__(self, program, database):
        self.program, self.database = program, database
        self.fields = {kind: self.fields_of(kind) for kind in KINDS}
        self.columns, self.rows = {}, {}
        for kind in KINDS:
            self.columns[kind], self.rows[kind] = self.rows_of(kind)
        self.fields["all"] = {name: field for kind in KINDS for name, field in self.fields[kind].items()}
        self.columns["all"] = sorted({column for kind in KINDS for column in self.columns[kind]})
        self.rows["all"] = [row for kind in KINDS for row in self.rows[kind]]
        self.names = self.ask("names")
        self.sources = [source["slug"] for source in self.ask("source", "list")]
        self.texts = [slug for slug in self.sources if self.ask("source", "show", slug)[0]["characters_held"]]
        self.runs = self.ask("log")
        self.axes = {kind: self.axes_of(kind) for kind in [*KINDS, "all"]}
        self.figures = {kind: self.figures_of(kind) for kind in [*KINDS, "all"]}

    def ask(self, *arguments):
        answer = self.program.run(self.database, ["-f", "jsonl", *arguments])
        if answer.code:
            raise Failed(f"{shlex.join(arguments)}: {answer.said.decode(errors='replace')}")
        return records(answer)

    def fields_of(self, kind):
        told = self.ask("fields", kind)
        return {field["field"]: Field(field["field"], field["type"], field["flag"], (field["values"] or "").split(", "))
                for field in told}

    def rows_of(self, kind):
        """The names of the columns without a field, and all live facts with every field and column."""
        fields = [name for name in self.fields[kind] if name != "extra"]
        columns = self.program.run(self.database, ["-f", "jsonl", "query", kind, "--columns", "extra.*", "--limit", "1"])
        # it is refused where no fact has any
        names = [] if columns.code or not columns.out else list(records(columns)[0])
        shown = ",".join([*fields, "extra.*"] if names else fields)
        return names, self.ask("query", kind, "--columns", shown, "--sort", "ref")

    def axes_of(self, kind):
        """Fields and columns by how many values they have, where that is few enough for a table."""
        names = [*self.fields[kind], *self.columns[kind]]
        counted = {name: len({str(row.get(name)) for row in self.rows[kind]}) for name in names}
        return {name: values for name, values in counted.items() if 2 <= values <= 60}

    def figures_of(self, kind):
        """Fields that are numbers, where any fact has one."""
        numbers = [field.name for field in self.fields[kind].values() if field.type in ("integer", "number")]
        return [name for name in numbers if any(row.get(name) is not None for row in self.rows[kind])]


# ----- random commands ------------------------------------------------------------------------------------------------------

# how often each command is asked, in parts
COMMANDS = {"query": 42, "tabulate": 16, "search": 8, "show": 6, "compare": 6, "sql": 6, "chart": 5, "check": 5, "names": 3,
            "diff": 3, "coverage": 2, "source": 2, "export": 1, "fields": 1, "log": 1, "status": 1}
# the same for the filters of one command; some can stand only once
FILTERS = {"where": 40, "flag": 30, "window": 14, "negated": 10, "past": 6, "actor": 6, "coded": 3}
ONCE = {"window", "past", "coded"}
RULES = ["locator", "text", "order", "dates", "duplicate", "period", "name", "source", "integrity"]
VERDICTS = ["denied", "disjoint", "point-differs", "stage-differs", "overlap", "scope-differs", "agree"]
SCHEMES = ["name", "iso2", "iso3", "iso-numeric", "cow", "gw", "ucdp"]
MISTAKES = ["bset>3", "best >", "type<b", "summary", "=3", "best~3", "deaths_best=many", "harm=klled", "date=2013-13",
            "lat is nul", "source!iraq", "stage<=ordered"]
NOWHERE = ["Atlantis", "Irak", "x' OR '1'='1", "%", "zzz", "ü"]
OUTPUT = "{output}"  # stands for a name of a file or folder of the command's own


class Questions:
    """Makes commands for one database at random, most of which have an answer: they start from a fact that it holds."""

    def __init__(self, chance, known, tables):
        self.chance, self.known, self.tables = chance, known, tables
        # in turn, so that none is left out
        self.rules, self.kinds = itertools.cycle(RULES), itertools.cycle(KINDS)
        runs = [run["source"] for run in known.runs if run["source"]]
        self.again = [source for source in dict.fromkeys(runs) if runs.count(source) > 1]
        # what this database can tell little about is seldom asked
        poor = {"coverage": not known.texts, "diff": not self.again}
        self.commands = {name: parts / 10 if poor.get(name) else parts for name, parts in COMMANDS.items()}

    def command(self):
        name = self.weighed(self.commands)
        return [name, *getattr(self, name)()]

    def often(self, share):
        return self.chance.random() < share

    def weighed(self, weights):
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def some(self, most, stock):
        """A few of a stock, at least one, each once."""
        stock = list(stock)
        return self.chance.sample(stock, min(len(stock), self.chance.randint(1, most)))

    def kind(self):
        if self.often(0.01):
            return "casualty"
        return self.chance.choice([kind for kind in [*KINDS, "all"] if self.known.rows[kind]])

    def row(self, kind):
        return self.chance.choice(self.known.rows.get(kind) or [{}])

    # --- filters

    def filters(self, kind, most=3):
        """Filters that one fact of the kind passes, mostly."""
        if kind not in self.known.fields:
            return []
        row, made, used = self.row(kind), [], set()
        for way in (self.weighed(FILTERS) for _ in range(self.chance.randint(0, most))):
            if way not in used or way not in ONCE:
                made += getattr(self, "by_" + way)(kind, row)
            used.add(way)
        return made

    def by_where(self, kind, row):
        if self.often(0.04):
            return ["-w", self.chance.choice(MISTAKES)]
        if self.known.columns[kind] and self.often(0.3):
            stated = [name for name in self.known.columns[kind] if row.get(name) is not None]
            name = self.chance.choice(stated if stated and self.often(0.8) else self.known.columns[kind])
            return ["-w", self.comparison(Field(name, "text", None, []), row.get(name))]
        # of a field without a value there is little to ask
        fields = self.known.fields[row.get("kind", kind)]
        stated = [name for name in fields if row.get(name) is not None]
        name = self.chance.choice(stated if stated and self.often(0.9) else list(fields))
        return ["-w", self.comparison(fields[name], row.get(name))]

    def by_flag(self, kind, row):
        flags = [field for field in self.known.fields[row.get("kind", kind)].values() if field.flag]
        if self.often(0.01):
            flags = [field for field in self.known.fields["all"].values() if field.flag]
        stated = [field for field in flags if row.get(field.name) is not None]
        field = self.chance.choice(stated or flags)
        return [f"{field.flag}={self.wanted(field, kind, row.get(field.name))}"]

    def wanted(self, field, kind, value):
        """A value for a flag: that of the fact, another name of it, two values, or one that nobody has."""
        if value is None or self.often(0.06):
            return self.chance.choice(field.values if field.type == "choice" and self.often(0.9) else NOWHERE)
        way = self.chance.random()
        if way < 0.1 and field.type in ("actor", "place"):
            return self.other_name(value)
        if way < 0.2:
            return f"{value},{self.row(kind).get(field.name) or value}"
        return value.upper() if way < 0.3 and field.type not in ("choice", "source") else value

    def other_name(self, value):
        names = [name for name in self.known.names if value in (name["actor"], name["place"])]
        name = self.chance.choice(names or [{"scheme": "name", "name": value}])
        return name["name"] if name["scheme"] == "name" else f"{name['scheme']}:{name['name']}"

    def by_negated(self, kind, _row):
        other = self.row(kind)
        fields = self.known.fields[other.get("kind", kind)].values()
        usual = [field for field in fields if field.type not in ("period", "day", "json")]
        stated = [field for field in usual if other.get(field.name) is not None]
        return [f"--not={field.name}={other[field.name]}" for field in stated and [self.chance.choice(stated)]]

    def by_window(self, _kind, row):
        """A window of time that the fact lies in."""
        day = row.get("date_from") or row.get("date_to") or f"{self.chance.randint(1990, 2014)}-06-15"
        year = day[:-6]
        begin, end = self.chance.choice([year, day[:-3], day, written(int(year) - 3)]), written(int(year) + 2)
        made = self.chance.choice([[f"--during={begin}"], [f"--during={begin}..{end}"], [f"--during={begin}.."],
                                   [f"--during=..{end}"], [f"--from={begin}"], [f"--to={end}"],
                                   [f"--from={begin}", f"--to={end}"]])
        return [*made, "--match=within"] if self.often(0.25) else made

    def by_past(self, _kind, _row):
        last = self.known.runs[-1]["id"]
        run = last if self.often(0.5) else self.chance.randint(1, last + 1)
        return [self.chance.choice([f"--as-of=import={run}", f"--as-of=import={run}", "--as-of=9000-01-01", "--as-of=2000",
                                    f"--published-by={self.chance.randint(2012, 2035)}", "--published-by=9000-01"])]

    def by_actor(self, kind, row):
        fields = self.known.fields[row.get("kind", kind)].values()
        named = [row[field.name] for field in fields if field.type == "actor" and row.get(field.name)]
        name = self.chance.choice(named or ["Iraq"])
        return [f"--actor={self.other_name(name) if self.often(0.2) else name}"]

    def by_coded(self, _kind, row):
        country = row.get("country") or "Iraq"
        codes = [name for name in self.known.names if name["place"] == country and name["scheme"] != "name"]
        code = self.chance.choice(codes or [{"scheme": "cow", "name": "645"}])
        return [f"--scheme={code['scheme']}", f"--country={code['name']}"]

    def comparison(self, field, value):
        """FIELD OP VALUE, true of this value or nearly."""
        name = field.name
        if value is None or self.often(0.06):
            return f"{name} is {'' if self.often(0.1) else 'not '}null" if value is not None else f"{name} is null"
        if field.type in ("integer", "number"):
            return self.ordered(name, value, value + 1, value - 1)
        if field.type == "day":
            return self.ordered(name, value, "2100-01-01", "-0600-01-01")
        if field.type == "period" or name == "date" and self.often(0.7):
            year = int(re.search(r"-?\d{4}", value).group())
            return self.ordered(name, written(year), written(year + 1), written(year - 1))
        if field.type == "import":
            return f"{name}{self.chance.choice(['=', '!='])}{value}"
        return self.worded(field, value if isinstance(value, str) else json.dumps(value))

    def ordered(self, name, value, more, less):
        sign, other = self.chance.choice([("=", value), ("<=", value), (">=", value), ("<", more), (">", less), ("!=", more)])
        return f"{name}{sign}{other}"

    def worded(self, field, value):
        if field.type == "choice" and self.often(0.3):
            return f"{field.name}!={self.chance.choice(field.values)}"
        if field.type == "date (EDTF)":
            return f"{field.name}={value}"
        begin = self.chance.randrange(max(1, len(value) - 4))
        piece = value[begin:begin + self.chance.randint(2, 9)].strip() or value
        sign, other = self.chance.choice([("=", value), ("~", piece), ("~", piece.upper()), ("!~", self.chance.choice(NOWHERE)),
                                          ("!=", self.chance.choice(NOWHERE))])
        space = self.chance.choice(["", " "])
        return f"{field.name}{space}{sign}{space}{other.strip() or 'x'}"

    # --- commands

    def query(self):
        kind = self.kind()
        made = [kind, *self.filters(kind)]
        if kind in self.known.fields:
            made += self.columns(kind) if self.often(0.7) else []
            made += self.order(kind) if self.often(0.5) else []
        if self.often(0.6 if self.known.database == "made-up" else 0.25):
            made.append(f"--limit={self.weighed({1: 3, 2: 3, 5: 4, 20: 5, 100: 4, 300: 4, 0: 1})}")
        if self.often(0.12):
            made.append(f"--offset={self.chance.choice([1, 2, 3, 7])}")
        rest = {(): 80, ("-x",): 4, ("--cite=full",): 4, ("--cite=none",): 3, ("-e",): 4, ("--null=NA",): 4, ("-q",): 2}
        return [*made, *self.weighed(rest)]

    def columns(self, kind):
        names = self.some(8, self.known.fields[kind])
        if self.known.columns[kind] and self.often(0.4):
            names += self.some(3, self.listed(self.known.columns[kind]))
        if self.known.columns[kind] and self.often(0.15):
            names.append("extra.*")
        if self.often(0.015):
            names.append(self.chance.choice(["sumary", "extra.nothing", "Best"]))
        return ["--columns", ",".join(names)]

    def listed(self, names):
        """Names that a list can hold: a comma ends a name there."""
        return [name for name in names if "," not in name]

    def order(self, kind):
        if self.often(0.25):
            return ["--sort=none"]
        names = self.some(3, [*self.known.fields[kind], *self.listed(self.known.columns[kind])[:8]])
        return ["--sort=" + ",".join(self.chance.choice(["", "", "-"]) + name for name in names)]

    def tabulate(self):
        kind = self.kind()
        axes = self.known.axes.get(kind) or {"year": 1}
        rows = self.some(2, self.listed(axes))
        made = [kind, "--rows", ",".join(rows), *self.filters(kind, 2)]
        across = [name for name, values in axes.items() if values <= 12 and "," not in name and name not in rows]
        if across and self.often(0.5):
            made += ["--cols", self.chance.choice(across)]
        figures = self.known.figures.get(kind)
        if figures and self.often(0.6):
            made += ["--value", self.chance.choice(figures), *self.aggregate()]
        if self.often(0.12):
            made.append("--totals=" + self.chance.choice(["rows", "cols", "both"]))
        return made

    def aggregate(self):
        """How figures become one; a sum over several sources would be refused."""
        way = self.weighed({"": 4, "sum": 3, "mean": 3, "count": 3, "min": 3, "max": 3, "median": 3, "range": 3, "list": 3})
        made = [f"--agg={way}"] if way else []
        if way in ("", "sum", "mean") and self.often(0.8):
            made.append(f"--source={self.chance.choice(self.known.sources)}" if self.often(0.4) else "--sum-across=source")
        return made

    def compare(self):
        kind = self.weighed({"casualties": 8, "all": 6, "arms-transfers": 5, "events": 1, "posts": 1, "indicators": 1})
        made = [kind, *self.filters(kind, 1)]
        made += ["--all"] if self.often(0.6) else []
        made += ["--by=question"] if self.often(0.4) else []
        made += [f"--verdict={self.chance.choice(VERDICTS)}"] if self.often(0.15) else []
        made += [f"--min-spread={self.chance.choice(['1', '10%', '500'])}"] if self.often(0.1) else []
        return [*made, "--exit-code"] if self.often(0.1) else made

    def chart(self):
        kind = self.kind()
        axes = self.known.axes.get(kind) or {"year": 1}
        made = [kind, *self.filters(kind, 1)]
        if self.often(0.15):
            return [kind, "--style=timeline", f"--during={(self.row(kind).get('date_from') or '2013-06-15')[:-3]}"]
        made += ["--x", self.chance.choice(["year", "decade", "month", *axes])] if self.often(0.6) else []
        colours = [name for name, values in axes.items() if values <= 6]
        made += ["--by", self.chance.choice(colours)] if colours and self.often(0.3) else []
        figures = self.known.figures.get(kind)
        if figures and self.often(0.5):
            made += ["--y", self.chance.choice(figures)]
            made += [f"--source={self.row(kind).get('source')}"] if not any("--source" in word for word in made) else []
        made += ["--style=lines"] if self.often(0.3) else []
        return [*made, "-o", OUTPUT + ".svg"] if self.often(0.3) else made

    def show(self):
        refs = [self.row("all")["ref"] for _ in range(self.chance.randint(1, 3))]
        if self.often(0.1):
            refs[-1] = self.chance.choice(["us-iraq-2014:nothing", "nothing", "nobody:1", refs[-1].upper()])
        return [*refs, *(self.by_past(None, None) if self.often(0.15) else [])]

    def search(self):
        row = self.row("all")
        text = " ".join(str(row.get(name) or "") for name in ("summary", "quote", "note", "designation", "actor", "place"))
        words = re.findall(r"\w{3,}", text) or ["iraq"]
        start = self.chance.randrange(len(words))
        asked = self.chance.choice([
            [words[start]], [words[start].upper()], self.some(3, words), [words[start][:3] + "*"], [f'"{words[start]}"'],
            [words[start], self.chance.choice(NOWHERE)] if self.often(0.3) else [words[start]]])
        kind = row["kind"]
        made = [*asked, *(["--kind", self.chance.choice([kind, kind, "text"])] if self.often(0.3) else [])]
        made += [f"--limit={self.chance.choice([1, 3, 50])}"] if self.often(0.3) else []
        return [*made, *(self.by_window(kind, row) if self.often(0.15) else [])]

    def check(self):
        made = [] if self.often(0.1) else [f"--rule={next(self.rules)}"]
        made += [f"--source={self.chance.choice(self.known.sources)}"] if self.often(0.2) else []
        return [*made, *(self.by_past(None, None) if self.often(0.1) else [])]

    def coverage(self):
        source = self.chance.choice(self.known.texts or self.known.sources)
        made = [source, *self.weighed({(): 2, ("--all",): 3, ("--share",): 3})]
        return [*made, "--min=90%"] if self.often(0.2) else made

    def diff(self):
        source = self.chance.choice(self.again or self.known.sources)
        runs = [run for run in self.known.runs if run["source"] == source]
        before, after = sorted([self.chance.choice(runs), runs[-1 if self.often(0.5) else 0]], key=lambda run: run["id"])
        names = [f"import={run['id']}" if not run["release"] or self.often(0.6) else run["release"] for run in (before, after)]
        made = [*names, *(["--all"] if self.often(0.4) else []), *(["-e"] if self.often(0.1) else [])]
        return made if self.often(0.9) else [names[0], "never"]

    def source(self):
        if self.often(0.4):
            return ["list"]
        return ["show", self.chance.choice([*self.known.sources, "nobody"])]

    def names(self):
        name = self.chance.choice(self.known.names)["name"]
        way = self.chance.random()
        if way < 0.2:
            return ["--unresolved"]
        if way < 0.5:
            if self.often(0.4):
                return [name, f"--scheme={self.chance.choice(SCHEMES)}"]
            return [self.row("all").get("country") or name]
        return [name[:self.chance.randint(2, 9)].strip() or name]

    def export(self):
        return [OUTPUT, *([f"--as-of=import={self.chance.choice(self.known.runs)['id']}"] if self.often(0.4) else [])]

    def fields(self):
        return [self.chance.choice(["all", next(self.kinds)])]

    def log(self):
        return []

    def status(self):
        return []

    # --- SQL, of the tables and columns that both programs have

    def sql(self):
        way = self.chance.choice([self.sql_of_view, self.sql_of_view, self.sql_of_table, self.sql_counts])
        return way() if self.often(0.95) else [self.chance.choice(["select contry from current_facts", "selct 1", "delete from events"])]

    def sql_of_view(self):
        shown = ", ".join(self.some(4, self.tables["current_facts"]))
        name = self.chance.choice(["kind", "source", "stance", "place", "date"])
        value = self.row("all").get(name) or "Iraq"
        if self.often(0.3):
            return [f"select ref, {shown} from current_facts where summary like '%{self.chance.choice(WORDS)}%' order by ref limit 40"]
        return [f"select ref, {shown} from current_facts where {name} = :v order by ref limit 60", "-p", f"v={value}"]

    def sql_of_table(self):
        kind = self.chance.choice([kind for kind in KINDS if self.known.rows[kind]])
        table = KIND_TABLES[kind]
        shown = self.some(4, [name for name in self.tables[table] if name in self.known.fields[kind]])
        columns = ", ".join(shown)
        order = ", ".join(str(n) for n in range(1, len(shown) + 1))
        where = self.chance.choice(["", " where retired_by_id is null", f" where {shown[0]} is not null"])
        return [f"select {columns} from {table}{where} order by {order} limit {self.chance.choice([5, 50, 500])}"]

    def sql_counts(self):
        kind = self.chance.choice([kind for kind in KINDS if self.known.rows[kind]])
        group = self.chance.choice([name for name in self.tables[KIND_TABLES[kind]] if name in self.known.fields[kind]])
        figure = self.chance.choice(self.known.figures[kind] or ["date"])
        figure = figure if figure in self.tables[KIND_TABLES[kind]] else "date"
        return [f"select {group}, count(*) as n, count({figure}) as stated, min({figure}) as least, max({figure}) as most "
                f"from {KIND_TABLES[kind]} group by {group} order by {group} limit 200"]


KIND_TABLES = {"events": "events", "arms-transfers": "arms_transfers", "casualties": "casualty_statistics",
               "posts": "diplomatic_posts", "indicators": "indicators"}


def written(year):
    """A year as the program reads it: 539 BCE is -0538."""
    return f"-{-year:04}" if year < 0 else f"{year:04}"


def tables_of(programs, database):
    """The tables and columns that both programs describe, without numbers of rows and what is there for storage."""
    described = []
    for program in programs:
        told = records(program.run(database, ["-f", "jsonl", "fields", "--tables"]))
        described.append([(column["table"], column["column"]) for column in told])
    tables = {}
    for table, column in described[0]:
        if (table, column) in described[1] and column not in ("id", "extra", "digest") and not column.endswith("_id"):
            tables.setdefault(table, []).append(column)
    return tables


# ----- comparing --------------------------------------------------------------------------------------------------------------


# what an answer says of the file instead of the facts, so that builds may differ in it
OF_THE_FILE = {"status": {"bytes", "schema"}}


class Job(NamedTuple):
    """A command in one format."""

    number: int
    database: str
    arguments: list
    format: str

    def words(self, output):
        return ["-f", self.format, *(word.replace(OUTPUT, output) for word in self.arguments)]


def compare(programs, job):
    """Asks both programs."""
    output = f"output-{job.number}-{job.format}"
    words = job.words(output)
    written_to = next((word for word in words if word.startswith(output)), None)
    old, new = (program.run(job.database, words, written_to) for program in programs)
    hidden = OF_THE_FILE.get(job.arguments[0])
    if hidden:
        old, new = (answer._replace(out=without(answer.out, job.format, hidden)) for answer in (old, new))
    return Result(job.database, words, old, new)


def without(out, form, hidden):
    """An answer without some of its columns."""
    text = out.decode()
    if form == "jsonl":
        kept = [{name: value for name, value in json.loads(line).items() if name not in hidden} for line in text.splitlines()]
        return "\n".join(json.dumps(row) for row in kept).encode()
    kept = [{name: value for name, value in row.items() if name not in hidden} for row in csv.DictReader(io.StringIO(text))]
    return repr(kept).encode()


def differs(result, stderr=False):
    """Whether the answers differ: in what is written, in the exit code, and if asked for in what is said beside it."""
    return (result.old.code, result.old.out) != (result.new.code, result.new.out) or stderr and result.old.said != result.new.said


def has_rows(result):
    """Whether the old program's answer holds anything."""
    out, form, command = result.old.out, result.arguments[1], result.arguments[2]
    if command == "status":
        return bool(out)
    if command == "chart" or form == "jsonl":
        return bool(out.strip())
    return sum(1 for _ in itertools.islice(csv.reader(io.StringIO(out.decode(errors="replace"), newline="")), 2)) > 1


def print_difference(result, most=12):
    """A command, its exit codes, and where the answers part."""
    print(f"--- {result.database}: facts {shlex.join(result.arguments)}")
    print(f"    exit codes: old {result.old.code}, new {result.new.code}")
    for name, answer, other in (("old", result.old, result.new), ("new", result.new, result.old)):
        if answer.said != other.said:
            for line in answer.said.decode(errors="replace").splitlines()[:3]:
                print(f"    {name} said: {line[:200]}")
    old, new = (answer.out.decode(errors="replace").splitlines() for answer in (result.old, result.new))
    lines = list(difflib.unified_diff(old, new, "old", "new", n=1, lineterm="")) if old != new else []
    for line in lines[2:2 + most]:
        print("    " + line[:200])
    if len(lines) > 2 + most:
        print(f"    … and {len(lines) - 2 - most} more lines")
    if result.old.out != result.new.out and old == new:
        print("    they differ in their line ends alone")


def print_shares(results):
    """For each command: how many answers have rows, and how many are refused."""
    print("command    answers  rows %  refused %")
    for command in COMMANDS:
        asked = [result for result in results if result.arguments[2] == command]
        if asked:
            rows, refused = sum(map(has_rows, asked)), sum(result.old.code == 2 for result in asked)
            print(f"{command:10} {len(asked):7} {100 * rows / len(asked):7.0f} {100 * refused / len(asked):10.0f}")
    for result in results:
        if result.old.code not in (0, 1, 2):
            print(f"old ended with {result.old.code}, {result.database}: facts {shlex.join(result.arguments)}")


def run(args, base):
    """Builds, asks, compares; returns the exit code."""
    programs = [Program(args.old, "old", base), Program(args.new, "new", base)]
    with ThreadPoolExecutor(2) as pool:
        built = [difference for found in pool.map(lambda name: build(programs, name), DATABASES) for difference in found]
        known = list(pool.map(lambda name: Known(programs[0], name), DATABASES))
        chance = random.Random(args.seed)
        questions = [Questions(chance, stock, tables_of(programs, stock.database)) for stock in known]
        jobs = []
        for number in range(args.commands):
            asked = chance.choice(questions)
            command = asked.command()
            jobs += [Job(number, asked.known.database, command, form) for form in FORMATS]
        results = list(pool.map(lambda job: compare(programs, job), jobs))
    differences = built + [result for result in results if differs(result, args.stderr)]
    for difference in differences:
        print_difference(difference)
    if args.shares:
        print_shares(results)
    rows, refused = sum(map(has_rows, results)), sum(result.old.code == 2 for result in results)
    if rows < ENOUGH * len(results):
        print(f"only {rows} of {len(results)} answers have rows: that says little", file=sys.stderr)
    print(f"{args.commands} commands x {len(FORMATS)} formats over {len(DATABASES)} databases: {len(differences)} differences "
          f"({rows} answers with rows, {refused} refused)", flush=True)
    if differences:
        return 1
    return 0 if rows >= ENOUGH * len(results) else 2


# ----- does it find anything? ---------------------------------------------------------------------------------------------------

PLANTED = """#!{python}
# Runs a program, and alters the answers to some of the commands.
import re, subprocess, sys, zlib

done = subprocess.run([{program!r}, *sys.argv[1:]], capture_output=True)
out, code = done.stdout, done.returncode
chosen = sys.argv[3:4] in (["query"], ["tabulate"]) and zlib.crc32(repr(sys.argv[1:]).encode()) % 4 == 0
if chosen and {plant!r} == "a digit":
    digits = list(re.finditer(rb"[0-9]", out))
    if digits:
        at = digits[len(digits) // 2].start()
        out = out[:at] + b"%d" % ((out[at] - 47) % 10) + out[at + 1:]
if chosen and {plant!r} == "a row":
    lines = out.splitlines(keepends=True)
    out = b"".join(lines[:-1])
if chosen and {plant!r} == "an exit code":
    code = 3 if code == 0 else 0
if (out, code) != (done.stdout, done.returncode):
    with open({log!r}, "a") as log:
        log.write("planted\\n")
sys.stdout.buffer.write(out)
sys.stderr.buffer.write(done.stderr)
sys.exit(code)
"""


def self_test(args, base):
    """Compares NEW with itself behind a program that alters some answers: each of these must be found, and no other."""
    well = True
    for plant in ("nothing", "a digit", "a row", "an exit code"):
        wrapper, log = (os.path.join(base, name) for name in ("planted", "log"))
        with open(wrapper, "w", encoding="utf-8") as file:
            file.write(PLANTED.format(python=sys.executable, program=os.path.abspath(args.new), plant=plant, log=log))
        os.chmod(wrapper, os.stat(wrapper).st_mode | stat.S_IXUSR)
        with open(log, "w", encoding="utf-8"):
            pass
        command = [sys.executable, os.path.abspath(__file__), args.new, wrapper, "--seed", str(args.seed), "--commands", "60"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        with open(log, encoding="utf-8") as file:
            planted = len(file.readlines())
        last = done.stdout.splitlines()[-1] if done.stdout else done.stderr
        found = re.search(r": (\d+) differences", last)
        right = found and int(found[1]) == planted and done.returncode == (planted > 0) and (planted > 0) == (plant != "nothing")
        print(f"{plant}: planted in {planted} answers, found in {found[1] if found else last}{'' if right else ': WRONG'}")
        well = well and right
    print("it finds what was planted" if well else "it does not find what was planted")
    return 0 if well else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD", help="a build of the program")
    parser.add_argument("new", metavar="NEW", help="another build, whose answers should be the same")
    parser.add_argument("--seed", type=int, default=1, help="which commands are made (default: 1)")
    parser.add_argument("--commands", type=int, default=500, help="how many (default: 500)")
    parser.add_argument("--keep", metavar="DIR", help="work in this folder, which must be new or empty, and leave it there")
    parser.add_argument("--stderr", action="store_true", help="what is said on the standard error must be the same too")
    parser.add_argument("--shares", action="store_true", help="say of each command how many answers have rows or are refused")
    parser.add_argument("--self-test", action="store_true", help="plant differences in NEW's answers, and see them found")
    args = parser.parse_args()
    for path in (args.old, args.new):
        if not os.access(path, os.X_OK):
            parser.error(f"no program at {path}")
    if args.keep and os.path.isdir(args.keep) and os.listdir(args.keep):
        parser.error(f"{args.keep} is not empty")
    base = os.path.abspath(args.keep) if args.keep else tempfile.mkdtemp(prefix="facts-same-")
    os.makedirs(base, exist_ok=True)
    began = time.monotonic()
    try:
        return self_test(args, base) if args.self_test else run(args, base)
    except Failed as why:
        print(f"error: {why}", file=sys.stderr)
        return why.code
    finally:
        print(f"{time.monotonic() - began:.0f} seconds", file=sys.stderr)
        if not args.keep:
            shutil.rmtree(base)


if __name__ == "__main__":
    sys.exit(main())
