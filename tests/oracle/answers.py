#!/usr/bin/env python3
"""Asks `facts` random questions, and works every answer out a second time, apart from the program.

    tests/oracle/answers.py FACTS                        300 queries and 150 tables
    tests/oracle/answers.py FACTS --queries 3000 --tables 1500
    tests/oracle/answers.py FACTS --seed 7               other data and questions; the same seed makes the same ones
    tests/oracle/answers.py FACTS --every                each field of each kind with each operator, too: 6,000 queries
    tests/oracle/answers.py FACTS --large 60000          with so many more facts, which are gone through in another way
    tests/oracle/answers.py FACTS --plant --queries 900 --tables 1200   does it find faults that were planted?
    tests/oracle/answers.py FACTS --keep DIR             leave the database and the export in DIR, to ask further

A database is made of the facts that ship and of some hundred made-up ones: several sources, voices, stances, topics; dates
of every precision; names that mean several; figures with gaps. `facts export` writes it as CSV, and from here on only those
files are read: the rules of `facts query` and `facts tabulate` are written down again below, as the documentation has them
(docs/, `facts help`, `facts fields`), in plain Python and without SQL.

* A query compares the facts that were found, their order, and every cell that is shown.
* A table compares labels, their order, and every cell; what must not be added up must be refused.
* A cell of a table of counts is compared with `facts query -w ROW=LABEL -w COLUMN=LABEL`, too.
* Every field meets every operator, once with an answer and once without. Whatever is asked, the exit code is 0, or 2 where
  the documentation says so, and nothing of the database's own language is ever said.

Exits with 1 if anything differs. Standard library only.
"""

import argparse
import csv
import itertools
import json
import math
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cmp_to_key
from typing import NamedTuple

TABLES = {"events": "events", "arms-transfers": "arms_transfers", "casualties": "casualty_statistics",
          "posts": "diplomatic_posts", "indicators": "indicators"}
KINDS = list(TABLES)
WORKERS = 4
ENOUGH = 80  # questions that a planted fault is looked for in
PATIENCE = 60  # seconds for one command

# What counts different things, and is never added up: docs/tabulate.md, "Figures that count different things".
UNITS = {
    "events": {"deaths_low deaths_best deaths_high": ["type"]},
    "arms-transfers": {"low best high": ["stage", "designation"],
                       "value_low value_best value_high": ["stage", "currency"], "tiv": ["stage"]},
    "casualties": {"low best high": ["harm"]},
    "posts": {"posts_low posts_best posts_high staff_low staff_best staff_high": ["post_type"]},
    "indicators": {"low best high": ["measure", "unit"]},
}
# Kinds whose figures are for the whole of their date; others are, if they held throughout it.
FOR_PERIODS = {"casualties", "indicators"}
# What tells one post from another: at two dates it is the same one, and is not counted twice.
SAME = ("sender", "receiver", "post_type", "place", "office", "head")
# These flags look for a part of the text.
PARTIAL = {"designation", "office", "note"}
ORDERED = {"integer", "number", "day", "period"}  # and `date`
NO_PART = {"integer", "number", "day", "period"}
PERIODS = ["year", "quarter", "month", "decade"]
OPERATORS = ["=", "==", "!=", "~", "!~", "<", "<=", ">", ">=", "is null", "is not null"]


class Refused(Exception):
    """The program must refuse this with exit code 2; `why` is for messages and for planted faults."""

    def __init__(self, why):
        super().__init__(why)
        self.why = why


# ----- days and dates ---------------------------------------------------------------------------------------------------


def day_of(year, month, day):
    """Days since 1970-01-01, in the calendar that counts a year zero and has no gap."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil(day):
    """Year, month and day of such a number."""
    day += 719468
    era = day // 146097
    of_era = day - era * 146097
    of = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * of + of // 4 - of // 100)
    month = (5 * of_year + 2) // 153
    month, rest = (month + 3 if month < 10 else month - 9), of_year - (153 * month + 2) // 5 + 1
    return of + era * 400 + (month <= 2), month, rest


def last_of(year, month):
    """The last day of a month."""
    return (day_of(year + 1, 1, 1) if month == 12 else day_of(year, month + 1, 1)) - 1


def year_text(year):
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def iso(day):
    year, month, of = civil(day)
    return f"{year_text(year)}-{month:02d}-{of:02d}"


class Days(NamedTuple):
    """The first and the last day on which something may lie; None is an open end."""

    first: int | None
    last: int | None


POINT = re.compile(r"(-?\d{2}[\dX]{2})(?:-(\d\d))?(?:-(\d\d|XX))?[~?%]?")


def point(text):
    """A year, month or day, at its precision."""
    match = POINT.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day = match.groups()
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if month is None:
        return Days(day_of(first, 1, 1), day_of(last, 12, 31))
    month = int(month)
    if not 1 <= month <= 12:
        raise ValueError(text)
    if day in (None, "XX"):
        return Days(day_of(first, month, 1), last_of(first, month))
    found = day_of(first, month, int(day))
    if civil(found) != (first, month, int(day)):
        raise ValueError(text)
    return Days(found, found)


def end(text, side):
    """One end of an interval: blank and `..` are open."""
    return None if text in ("", "..") else point(text)[side]


def members_of(text):
    """The parts of a set of dates, `{a,b}` or `[a,b]`; none of any other date."""
    if text[:1] not in "{[" or "," not in text:
        return []
    return [within(part.strip(), "..") for part in text[1:-1].split(",")]


def within(text, between):
    first, found, last = text.partition(between)
    return Days(end(first, 0), end(last, 1)) if found else point(text)


def edtf(text):
    """The days of a date."""
    if text[:1] in "{[" and text[:1]:
        parts = [within(part.strip(), "..") for part in text[1:-1].split(",")]
        firsts, lasts = [p.first for p in parts], [p.last for p in parts]
        days = Days(None if None in firsts else min(firsts), None if None in lasts else max(lasts))
    else:
        days = within(text, "/")
    if days == (None, None) or None not in days and days.first > days.last:
        raise ValueError(text)
    return days


def window(text):
    """`2013`, `2013-11..2014-03`, `2013..`, `..2014`: both ends are included in full."""
    first, found, last = text.partition("..")
    days = Days(end(first, 0), end(last, 1)) if found else point(text)
    if days == (None, None) or None not in days and days.first > days.last:
        raise ValueError(text)
    return days


def start_of(period, day):
    """The first day of the year, quarter, month or decade of a day."""
    year, month, _ = civil(day)
    return {"year": day_of(year, 1, 1), "quarter": day_of(year, (month - 1) // 3 * 3 + 1, 1),
            "month": day_of(year, month, 1), "decade": day_of(year // 10 * 10, 1, 1)}[period]


def next_of(period, day):
    """The first day of the period behind that of a day."""
    year, month, _ = civil(start_of(period, day))
    months = {"year": 12, "quarter": 3, "month": 1, "decade": 120}[period] + month - 1
    return day_of(year + months // 12, months % 12 + 1, 1)


def period_text(period, day):
    year, month, _ = civil(day)
    return {"year": year_text(year), "quarter": f"{year_text(year)}-Q{(month - 1) // 3 + 1}",
            "month": f"{year_text(year)}-{month:02d}", "decade": f"{year_text(year // 10 * 10)}s"}[period]


def period_label(period, days):
    """`2013`; `2012–2013` for what is longer; `2013–` and `–2013` for open ends; None without a date."""
    if days is None:
        return None
    first, last = ("" if day is None else period_text(period, day) for day in days)
    return first if first == last else f"{first}–{last}"


def period_days(text):
    """The days that a label of a table stands for; ValueError if it is none."""

    def one(part, is_end):
        quarter = re.fullmatch(r"(-?\d{4})-Q([1-4])", part)
        if quarter:
            month = int(quarter[2]) * 3
            part = f"{quarter[1]}-{month if is_end else month - 2:02d}"
        decade = re.fullmatch(r"(-?\d{4})s", part)
        if decade:
            part = year_text(int(decade[1]) + (9 if is_end else 0))
        return end(part, int(is_end))

    first, found, last = text.partition("–")
    if found:
        days = Days(one(first, False), one(last, True))
    elif re.search(r"-Q[1-4]$|s$", text):
        days = Days(one(text, False), one(text, True))
    else:
        days = edtf(text)
    return days


# ----- text -------------------------------------------------------------------------------------------------------------

APOSTROPHES = "\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\ua78b\ua78c`\u00b4"
LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ß": "ss", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
           "\u2212": "-", **{c: "'" for c in APOSTROPHES}, **{chr(c): "-" for c in range(0x2010, 0x2016)}}
LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(65, 91)})


def fold(name):
    """A name without case, accents, kinds of apostrophes and repeated white space."""
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(LETTERS.get(c, c) for c in plain if not unicodedata.category(c).startswith("M"))
    return " ".join(plain.split())


def lower(text):
    """Text without the case of A to Z."""
    return text.translate(LOWER)


def split_values(text):
    """Values between commas; a comma with a space behind it belongs to a name, and one between braces to a date."""
    parts, depth = [""], 0
    for at, c in enumerate(text):
        depth = max(0, depth + (c in "{[") - (c in "}]"))
        if c == "," and not depth and text[at + 1:at + 2] != " ":
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]


def grouped(number):
    """A number as tables show it: 7,818."""
    text = plain(number)
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if not whole.startswith("-0") else text


def plain(number):
    return str(int(number)) if float(number).is_integer() else repr(float(number))


# ----- the data, as the export has it -----------------------------------------------------------------------------------

NOT_STATED = (None, "")
CODE_LISTS = ["name", "iso2", "iso3", "iso-numeric", "cow", "gw", "ucdp", "sipri", "acled"]
BY_ITSELF = {"name", "iso2", "iso3", "homonym"}


class Field(NamedTuple):
    """A field as `facts fields` lists it."""

    name: str
    type: str
    flag: str
    choices: tuple

    @property
    def is_date(self):
        return self.name == "date"

    @property
    def names_several(self):
        """Whether a label of a table may be several names. A place is shown with its spot, and is one."""
        return self.type in ("actor", "place") and self.name != "place"


class Fact:
    """One row of a kind: what is stated, and what follows from it."""

    def __init__(self, kind, row, world):
        self.kind, self.row, self.world = kind, row, world
        self.ref = f"{row['source']}:{row['key']}"
        self.days = edtf(row["date"]) if row["date"] else None
        self.parts = members_of(row["date"]) if row["date"] else []
        self.named = {}  # field: whom it names
        for field in world.fields[kind].values():
            if field.type in ("actor", "place") and row.get(field.name):
                self.named[field.name] = world.meant(field.type, row[field.name])
        self.countries = world.countries(self.named.get("place", ()))

    def who(self, field):
        """Whom a field names: a set of actors or places."""
        return self.named.get("place" if field == "country" else field, frozenset())

    def value(self, name):
        """A field as an answer shows it: None where nothing is stated."""
        field = self.world.fields[self.kind].get(name)
        if name.startswith("extra."):
            found = json.loads(self.row["extra"] or "{}").get(name[6:])
            return None if found in NOT_STATED else str(found)
        if field is None:
            return None
        if name in ("ref", "kind"):
            return getattr(self, name)
        if name in ("date_from", "date_to"):
            day = self.days and self.days[name == "date_to"]
            return None if day is None else iso(day)
        if field.type == "period":
            label = period_label(name, self.days)
            return self.row["date"] if self.parts and "–" in label else label  # a set in several periods
        if name == "country":
            return joined(self.countries)
        if name == "place":
            label = joined(self.who("place"))
            return ", ".join(part for part in (self.row["locality"], label) if part) or None
        if field.type in ("actor", "place"):
            return joined(self.who(name))
        text = self.row[name]
        if name in ("latitude", "longitude") and not text:
            of = self.who("place")
            text = self.world.places[next(iter(of))][name] if len(of) == 1 else ""
        if not text:
            return None
        if field.type in ("integer", "import"):
            return int(text)
        return float(text) if field.type == "number" else text

    def day(self, name):
        return self.days and self.days[name == "date_to"]

    def is_live(self, at=None):
        """Whether the row is the current one, or was after an import."""
        retired = self.row["retired_by"]
        if at is None:
            return not retired
        return int(self.row["import"]) <= at and (not retired or int(retired) > at)


def nocase(text):
    return lower(text).encode(), text.encode()


def joined(names):
    """Several names as one label."""
    return "; ".join(sorted(names, key=nocase)) or None


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as table_:
        return list(csv.DictReader(table_))


class World:
    """All that an exported folder says."""

    def __init__(self, folder, fields):
        self.fields = fields  # kind: name: Field
        self.cells = {}  # whom a cell names, for those that were read
        read = lambda name: read_csv(os.path.join(folder, f"{name}.csv"))
        self.actors = {row["name"]: row for row in read("actors")}
        self.places = {row["name"]: row for row in read("places")}
        self.sources = {row["slug"]: row for row in read("sources")}
        self.topics = [row["slug"] for row in read("topics")]
        # an import has the number of its row
        numbers = {row["uid"]: str(n) for n, row in enumerate(read("imports"), 1)}
        self.imports = [int(n) for n in numbers.values()]
        self.called = defaultdict(list)  # class and folded name: scheme, spelling, whom it means
        self.spellings = defaultdict(list)  # class and entity: scheme, spelling
        for row in read("names"):
            for of in ("actor", "place"):
                if row[of]:
                    whom = row[of].removeprefix("name:")
                    self.called[of, fold(row["name"])].append((row["scheme"], row["name"], whom))
                    self.spellings[of, whom].append((row["scheme"], row["name"]))
        self.inside = {"place": self.below(self.places, "within"), "actor": self.below(self.actors, "acts_for")}
        self.members = self.below(self.actors, "of")
        def numbered(row):
            return row | {name: numbers.get(row[name], "") for name in ("import", "retired_by")}

        self.rows = [Fact(kind, numbered(row), self) for kind, table in TABLES.items() for row in read(table)]
        self.facts = [fact for fact in self.rows if fact.is_live()]

    def below(self, rows, tie):
        """Whoever is tied to each entity, over any number of steps; itself not among them."""
        children = defaultdict(set)
        for name, row in rows.items():
            if row[tie]:
                children[self.exactly("actor" if rows is self.actors else "place", row[tie])].add(name)

        def all_of(name, seen):
            for child in children[name] - seen:
                seen.add(child)
                all_of(child, seen)
            return seen

        return {name: all_of(name, set()) for name in list(rows)}

    def exactly(self, of, text):
        """The one whom a cell means: an exact spelling before anybody's code, and both before a likeness."""
        scheme, name = coded(text)
        found = [(s, n, e) for s, n, e in self.called[of, fold(name)] if (s == scheme if scheme else s in BY_ITSELF)]
        exact = [row for row in found if row[1] == name]
        spelled = [row for row in exact if row[0] == "name"]
        return next(iter(spelled or exact or found))[2]

    def meant(self, of, cell):
        """Whom a cell names: `Iraq; the Kremlin [= Russia]`."""
        if (of, cell) not in self.cells:
            self.cells[of, cell] = self.read_cell(of, cell)
        return self.cells[of, cell]

    def read_cell(self, of, cell):
        parts = []
        for part in re.split(r"; (?![^\[]*\])", cell):
            gloss = re.fullmatch(r".* \[= (.*)\]", part)
            parts += gloss[1].split("; ") if gloss else [part]
        return frozenset(self.exactly(of, part) for part in parts)

    def countries(self, places):
        found = set()
        for place in places:
            while place and self.places[place]["kind"] != "country":
                within_ = self.places[place]["within"]
                place = within_ and self.exactly("place", within_)
            found |= {place} if place else set()
        return found

    def whom(self, of, word, countries=False):
        """Everybody whom a filter's word means."""
        scheme, name = coded(word)
        return {e for s, _, e in self.called[of, fold(name)] if (s == scheme if scheme else s in BY_ITSELF)
                and not (countries and self.places[e]["kind"] != "country")}


def coded(text):
    """`cow:645` in two; a colon behind anything but a code list belongs to the name."""
    scheme, found, name = text.partition(":")
    return (scheme, name) if found and scheme in CODE_LISTS and name else (None, text)


# ----- filters ----------------------------------------------------------------------------------------------------------


class Filter(NamedTuple):
    """A part of a command, what it says of facts, and a tag that a planted fault leaves it out by."""

    tag: str
    args: tuple
    test: object = None  # of a fact; None: it says nothing by itself
    fixed: str = ""  # the field that it holds to one value


def overlaps(days, span):
    return ((span.last is None or days.first is None or days.first <= span.last)
            and (span.first is None or days.last is None or days.last >= span.first))


def in_window(fact, span, is_within):
    """A fact without a date lies in no window; a set lies on its own days and not between."""
    if not fact.days:
        return False
    if is_within:
        return ((span.first is None or fact.days.first is not None and fact.days.first >= span.first)
                and (span.last is None or fact.days.last is not None and fact.days.last <= span.last))
    return overlaps(fact.days, span) and (not fact.parts or any(overlaps(part, span) for part in fact.parts))


def entities(world, of, word, countries=False, belonging=False):
    """Whom a word means, with the places within, or with whoever acts for or belongs to them."""
    called = world.whom(of, word, countries)
    if belonging:
        return set().union(*(world.members[name] for name in called))
    return called.union(*(world.inside[of][name] for name in called))


def names_one_of(world, fact, field, words, exclusively=False, belonging=False):
    """Whether a field of actors or places names one of these. A word of several names asks for all of them."""
    of = "place" if field.type == "place" else "actor"
    named = fact.who(field.name)
    found = lambda word: entities(world, of, word, field.name == "country", belonging)
    if not named:
        return field.name == "place" and is_at_spot(world, fact, words, exclusively)
    for word in words:
        parts = word.split("; ") if not world.whom(of, word) else [word]
        sets = [found(part) for part in parts]
        if all(named & one for one in sets) and (not exclusively or named <= set().union(*sets)):
            return True
    # any of several words may be meant, and together they may be all that is named
    single = [word for word in words if "; " not in word or world.whom(of, word)]
    every = set().union(*(found(word) for word in single))
    if single and named & every and (not exclusively or named <= every):
        return True
    return field.name == "place" and is_at_spot(world, fact, words, exclusively)


def is_at_spot(world, fact, words, exclusively):
    """Whether a fact's locality is called so: alone, or as an answer shows it, before its place or places."""
    locality = fold(fact.row["locality"])
    for word in words if locality else []:
        if locality == fold(word):
            return True
        spot, _, places = word.rpartition(", ")
        parts = places.split("; ")
        sets = [entities(world, "place", place) for place in parts]
        named = fact.who("place")
        if fold(spot) == locality and all(named & one for one in sets) and not (exclusively and named - set().union(*sets)):
            return True
    return False


def number_of(field, text):
    """A number as a filter reads it."""
    is_whole = field.type in ("integer", "import")
    if not re.fullmatch(r"0|[1-9]\d*" if is_whole else r"-?\d+(\.\d+)?", text):
        raise Refused("value")
    if abs(float(text)) > {"latitude": 90, "longitude": 180}.get(field.name, 1e15):
        raise Refused("value")
    return int(text) if is_whole else float(text)


def among(world, field, text):
    """What `--FLAG VALUE` and `--not FIELD=VALUE` look for: one of these values."""
    values = split_values(text)
    if not values:
        raise Refused("empty")
    if field.type == "choice" and set(values) - set(field.choices):
        raise Refused("value")
    if field.type in ("actor", "place"):
        return lambda fact: names_one_of(world, fact, field, values)
    if field.name in PARTIAL:
        return lambda fact: any(lower(v) in lower(fact.value(field.name) or "") for v in values)
    tests = [compare(world, field, "=", value) for value in values]
    return lambda fact: any(test(fact) for test in tests)


def compare(world, field, op, text):
    """What `-w FIELD OP VALUE` says of a fact. A comparison is never true of what is not stated."""
    name = field.name
    known = lambda fact: fact.value(name) is not None or field.type == "period" and fact.days is not None
    if op == "is null":
        return lambda fact: not known(fact)
    if op == "is not null":
        return known
    if op in ("~", "!~"):
        if field.type in NO_PART:
            raise Refused("operator")
        has = lambda fact: lower(text) in lower(str(shown(fact, name)))
        return lambda fact: known(fact) and has(fact) == (op == "~")
    if op == "==":
        if field.type in ("actor", "place", "text", "term"):
            return lambda fact: known(fact) and str(shown(fact, name)) == text
        op = "="
    if op not in ("=", "!=") and field.type not in ORDERED and not field.is_date:
        raise Refused("operator")
    if op == "!=" and field.type not in ("period",) and not field.is_date:
        same = compare(world, field, "=", text)
        return lambda fact: known(fact) and not same(fact)
    if field.type in ("actor", "place"):
        return lambda fact: name in world.fields[fact.kind] and names_one_of(world, fact, field, [text])
    if field.type in ("period", "date (EDTF)") and field.name != "said_on":
        return compare_days(field, op, text)
    if field.name == "said_on":
        try:
            edtf(text)
        except ValueError:
            raise Refused("value") from None
    if field.type == "choice" and text not in field.choices:
        raise Refused("value")
    if field.type == "day":
        try:
            wanted = edtf(text)
        except ValueError:
            raise Refused("value") from None
        if wanted.first is None or wanted.first != wanted.last:
            raise Refused("value")
        return lambda fact: fact.day(name) is not None and holds(fact.day(name), op, wanted.first)
    if field.type in ("integer", "number", "import"):
        wanted = number_of(field, text)
        return lambda fact: known(fact) and holds(fact.value(name), op, wanted)
    case = lower if field.type in ("text", "term") else str
    return lambda fact: known(fact) and case(str(shown(fact, name))) == case(text)


def shown(fact, name):
    return fact.row["extra"] if name == "extra" else fact.value(name)


def holds(left, op, right):
    return {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
            ">=": left >= right}[op]


def compare_days(field, op, text):
    """Dates compare by their days: `<` means that all of it lies before. A date is equal to its text, and a period if
    the fact stands under that label of a table: a filter has apart what a table has apart."""
    try:
        days = period_days(text) if field.type == "period" else edtf(text)
    except ValueError:
        raise Refused("value") from None
    if field.type == "period":
        key = lambda of: tuple(None if day is None else start_of(field.name, day) for day in of)
    else:
        key = tuple
    if op in ("=", "!=") and field.type != "period":
        return lambda fact: fact.days is not None and (fact.row["date"] == text) == (op == "=")
    if op in ("=", "!="):
        is_one = None not in days and key(days)[0] == key(days)[1]
        same = lambda fact: fact.row["date"] == text if "," in text else \
            key(fact.days) == key(days) and (is_one or not fact.parts)
        return lambda fact: fact.days is not None and same(fact) == (op == "=")
    side, of = {"<": (1, 0), "<=": (1, 1), ">": (0, 1), ">=": (0, 0)}[op]

    def test(fact):
        left, right = fact.days and fact.days[side], days[of]
        return left is not None and right is not None and holds(left, op, right)

    return test


def was_published(fact, by):
    """Whether the source was published by a day, for sure: known only to the year, it may have been on its last day."""
    published = fact.world.sources[fact.row["source"]]["published"]
    return bool(published) and edtf(published).last is not None and edtf(published).last <= by


# ----- queries ----------------------------------------------------------------------------------------------------------


def all_of(filters):
    tests = [filter.test for filter in filters if filter.test]
    return lambda fact: all(test(fact) for test in tests)


def sort_key(fact, name):
    """What a field is sorted by; None is not stated."""
    field = fact.world.fields[fact.kind].get(name)
    if field is None:
        return None, None, None
    if field.is_date or field.type == "period":
        days = fact.days or Days(None, None)
        return days.last if days.first is None else days.first, days.last, None
    if name == "ref":
        return fact.row["source"].encode(), len(fact.row["key"]), fact.row["key"].encode()
    if field.type == "day":
        return fact.day(name), None, None
    value = fact.value(name)
    if value is None or field.type in ("integer", "number", "import"):
        return value, None, None
    if name == "said_on":
        return value.encode(), None, None
    value = shown(fact, name)
    return *nocase(value), None


def in_order(facts, sorts, several):
    """Sorted as asked, then by date and ref; what is not stated comes last in both directions."""
    keys = sorts + ["date", "ref"] + (["kind"] if several else [])

    def order(a, b):
        for name in keys:
            down = name.startswith("-")
            for left, right in zip(sort_key(a, name.lstrip("-")), sort_key(b, name.lstrip("-"))):
                if left == right:
                    continue
                if left is None or right is None:
                    return 1 if left is None else -1
                return (1 if left > right else -1) * (-1 if down else 1)
        return 0

    return sorted(facts, key=cmp_to_key(order))


def cells_of(fact, columns):
    """The object that JSON has for a fact."""
    found = {}
    for name in columns:
        value = fact.value(name)
        found[name] = json.loads(value) if name == "extra" and value else value
        field = fact.world.fields[fact.kind].get(name)
        if field and field.type in ("actor", "place"):
            several = fact.countries if name == "country" else fact.who(name)
            if len(several) > 1 and name != "place":
                found[f"{name}_members"] = sorted(several, key=nocase)
    return found


# ----- tables -----------------------------------------------------------------------------------------------------------

LAST = 10**9


class Label(NamedTuple):
    """A label of a row or column, by what sorts it: missing ones last, periods by their days, others by their text."""

    missing: bool
    order: tuple
    text: str


class Entry:
    """A fact on its way into a table: it may be moved to another label, or stand under several."""

    def __init__(self, fact, labels, units, figure, is_stock):
        self.fact, self.labels, self.units, self.figure = fact, labels, units, figure
        self.days = fact.days or Days(None, None)
        self.is_stock = is_stock
        self.side = None  # sole or shared

    def moved(self, at, label, days=None, side=None):
        new = Entry(self.fact, [*self.labels[:at], label, *self.labels[at + 1:]], self.units, self.figure, self.is_stock)
        new.days = days if days and self.is_stock else self.days
        new.side = side or self.side
        return new


class Spec(NamedTuple):
    """A table that is asked for."""

    kind: str
    rows: list
    cols: list
    value: str | None
    agg: str | None
    totals: str | None
    members: str
    spread: str
    across: list


def units_of(kind, value):
    """The fields that say what a figure counts; over all kinds, those of each kind that has it."""
    tables = UNITS.values() if kind == "all" else [UNITS[kind]]
    found = [units for one in tables for names, units in one.items() if value in names.split()]
    return list(dict.fromkeys(itertools.chain(*found)))


def label_of(fact, field):
    """The label of a fact on one side."""
    if field.type == "period":
        text = fact.value(field.name)
        if text is None:
            return Label(True, (), f"no {field.name}")
        first, last = (None if day is None else start_of(field.name, day) for day in fact.days)
        if text == fact.row["date"] and fact.parts:
            return Label(False, (last if first is None else first, LAST), text)
        return Label(False, (last if first is None else first, LAST if last is None else last), text)
    value = fact.value(field.name)
    if value is None:
        return Label(True, (), f"no {field.name}")
    if field.type == "day":
        return Label(False, (fact.day(field.name),), value)
    if field.is_date:
        first, last = fact.days
        return Label(False, (last if first is None else first, LAST if last is None else last), value)
    if field.type in ("integer", "number", "import"):
        return Label(False, (value,), plain(value))
    return Label(False, (), str(shown(fact, field.name)))


def is_stock(fact, value):
    """Whether a figure is a number at a date or a running total, and is never added up over time."""
    if fact.kind == "posts" and value.startswith(("posts_", "staff_")):
        return "stock"
    if fact.row.get("harm") == "displaced" and not fact.row.get("event") and not fact.row.get("stock_flow"):
        return "stock"
    return {"stock": "stock", "cumulative": "cumulative"}.get(fact.row.get("stock_flow"))


def asked_wrongly(spec, sides, fields):
    """Raises what is refused before a fact is read."""
    is_sum = spec.value and spec.agg in (None, "sum", "mean", "median")
    if spec.value and fields[spec.value].type not in ("integer", "number"):
        raise Refused("no number")
    if spec.agg not in (None, "count") and not spec.value:
        raise Refused("no figure")
    units = units_of(spec.kind, spec.value) if spec.value else []
    if set(spec.across) - {"source", "topic", "date", *units}:
        raise Refused("sum-across")
    if spec.spread != "own":
        if sum(field.type == "period" for field in sides) != 1:
            raise Refused("spread without a period")
        if spec.spread == "first" and is_sum and "stage" in units:
            raise Refused("spread deliveries")
        if spec.spread == "each" and spec.totals:
            raise Refused("spread totals")
    if spec.members == "each":
        if spec.totals in ("cols", "both"):
            raise Refused("members totals")
        if sum(field.names_several for field in sides) != 1:
            raise Refused("members")


def is_flow_of_several(entry, at):
    """Whether a figure is for several periods, and in none of them as a whole."""
    first, last = (*entry.labels[at].order, None, None)[:2]
    days, parts = entry.fact.days, entry.fact.parts
    is_long = days and None not in days and first != last and not parts
    return bool(is_long) and entry.figure is not None and not entry.is_stock


def spread(entries, at, period, how):
    """Puts what is longer than a period under the first of its periods, or under each. Open ends and sets of
    dates in several periods stay."""
    for entry in entries:
        label, days = entry.labels[at], entry.fact.days
        if not days or None in days or label.order[0] == label.order[1] or label.order[1] == LAST:
            yield entry
            continue
        day = label.order[0]
        while day <= label.order[1]:
            # what holds throughout holds in each of them
            new = Label(False, (day, day), period_text(period, day))
            yield entry.moved(at, new, Days(day, day) if how == "each" else None)
            if how == "first":
                break
            day = next_of(period, day)


def apart(entries, at):
    """Counts a fact for each of those whom it names, as their own or as shared."""
    for entry in entries:
        label = entry.labels[at]
        names = label.text.split("; ")
        side = Label(False, (1, 1), "shared") if len(names) > 1 else Label(False, (0, 0), "sole")
        for name in names:
            yield entry.moved(at, label._replace(text=name), side=side)


def table(world, spec, facts, filters):
    """The table: the texts of its head, and its rows. Raises what must be refused."""
    fields = fields_of(world, spec.kind)
    sides = [fields[name] for name in spec.rows + spec.cols]
    asked_wrongly(spec, sides, fields)
    units = [name for name in (units_of(spec.kind, spec.value) if spec.value else []) if name not in spec.across]
    entries = []
    for fact in facts:
        figure = fact.value(spec.value) if spec.value else None
        entries.append(Entry(fact, [label_of(fact, field) for field in sides],
                             [label_of(fact, fields[name]) for name in units], figure,
                             bool(spec.value) and is_stock(fact, spec.value)))
    if spec.spread != "own":
        at = next(i for i, field in enumerate(sides) if field.type == "period")
        is_sum = spec.value and spec.agg in (None, "sum", "mean", "median")
        if spec.spread == "each" and is_sum and any(is_flow_of_several(entry, at) for entry in entries):
            raise Refused("spread sums")
        entries = list(spread(entries, at, sides[at].name, spec.spread))
    if spec.members == "each":
        entries = list(apart(entries, next(i for i, field in enumerate(sides) if field.names_several)))
    fixed = {filter.fixed for filter in filters}
    columns = [i for i, name in enumerate(units) if name not in spec.rows + spec.cols and name not in fixed
               and len({entry.units[i] for entry in entries if entry.figure is not None}) > 1]
    cells = defaultdict(list)
    for entry in entries:
        row, col = tuple(entry.labels[:len(spec.rows)]), tuple(entry.labels[len(spec.rows):])
        col += ((entry.side,) if entry.side else ()) + tuple(entry.units[i] for i in columns)
        cells[row, col].append(entry)
    for key in sorted(cells):
        guard(cells[key], spec)
    return written(spec, cells, bool(spec.cols or columns or spec.members == "each"))


def notes_of(spec, facts, sides):
    """What must be said beside a table: figures that lack, sums of bounds, facts under no label, shared facts."""
    notes, all_facts = [], counted(len(facts))
    figures = [fact.value(spec.value) for fact in facts] if spec.value else []
    if None in figures:
        notes.append(f"{figures.count(None)} of {all_facts} without {spec.value}; not counted as zero")
    if spec.value and spec.agg in (None, "sum") and re.fullmatch("(.*_)?(low|high)", spec.value):
        notes.append(f"this sum of {spec.value} assumes that every figure is at its bound at once")
    if spec.members == "each":
        return notes
    for field in sides:
        missing = [fact for fact in facts if fact.value(field.name) is None]
        if is_large(spec, missing, facts) and not field.name.startswith("extra."):
            notes.append(f"{share(spec, missing, facts)} without {field.name}; -w '{field.name} is null' shows them")
        several = [fact for fact in facts if field.names_several and "; " in (fact.value(field.name) or "")]
        if is_large(spec, several, facts):
            notes.append(f"{share(spec, several, facts)} name more than one {field.name.replace('_', ' ')}; --members each")
    return notes


def added_up(figures):
    """A sum, to the fifteen digits that a decimal number keeps."""
    return float(f"{math.fsum(figures):.14e}")


def counted(n):
    return f"{n:,} fact" if n == 1 else f"{n:,} facts"


def summed(spec, facts):
    return added_up([fact.value(spec.value) or 0 for fact in facts]) if spec.value else 0


def is_large(spec, some, facts):
    """Whether facts are more than a hundredth of all, or of what the figures add up to."""
    return len(some) * 100 > len(facts) or abs(summed(spec, some)) * 100 > abs(summed(spec, facts))


def share(spec, some, facts):
    whole = summed(spec, facts)
    of = f" ({grouped(summed(spec, some))} of {grouped(whole)} {spec.value})" if whole else ""
    return f"{len(some):,} of {counted(len(facts))}{of}"


def written(spec, cells, has_columns):
    """Head and rows of a table."""
    rows, cols = sorted({row for row, _ in cells}), sorted({col for _, col in cells})
    if spec.members == "each":
        at = len(spec.cols)
        pair = [Label(False, (0, 0), "sole"), Label(False, (1, 1), "shared")]
        cols = sorted({(*col[:at], side, *col[at + 1:]) for col in cols for side in pair})
    figure = spec.value or "facts"
    if has_columns:
        head = [" · ".join(label.text for label in col) for col in cols]
    else:
        head, cols = [figure if spec.agg in (None, "count") else f"{spec.agg} of {figure}"], cols or [()]
    across, down = spec.totals in ("rows", "both") and has_columns, spec.totals in ("cols", "both")
    lines = []
    for row in rows:
        line = [None if label.missing else label.text for label in row]
        line += [combined(cells.get((row, col)), spec) for col in cols]
        if across:
            line.append(total(cells, spec, lambda r, c: r == row))
        lines.append(line)
    if down and rows:
        line = ["total"] + [None] * (len(spec.rows) - 1)
        line += [total(cells, spec, lambda r, c: c == col) for col in cols]
        if across:
            line.append(total(cells, spec, lambda r, c: True))
        lines.append(line)
    return spec.rows + head + (["total"] if across else []), lines


def total(cells, spec, is_in):
    entries = [entry for (row, col), some in cells.items() if is_in(row, col) for entry in some]
    guard(entries, spec)
    return combined(entries, spec)


def is_sum(spec):
    return spec.agg in ("count", "sum", "mean", "median") or spec.agg is None


def guard(entries, spec):
    """Refuses a cell that would mix what must not be mixed: docs/tabulate.md, "Sums that are refused"."""
    if not is_sum(spec):
        return
    is_count = spec.agg == "count" or not spec.value
    stated = entries if is_count else [entry for entry in entries if entry.figure is not None]
    if len({entry.fact.row["source"] for entry in stated}) > 1 and "source" not in spec.across:
        raise Refused("counts" if is_count else "sources")
    if "date" not in spec.across:
        states = defaultdict(set)
        for entry in stated if is_count else []:
            if entry.fact.kind == "posts" and not is_spell(entry.fact):
                same = tuple(entry.fact.value(name) for name in SAME)
                states[entry.fact.row["source"], same].add(entry.fact.days)
        if any(len(dates) > 1 for dates in states.values()):
            raise Refused("states")
    if is_count:
        return
    if len({tuple(entry.units) for entry in stated}) > 1:
        raise Refused("units")
    topics = [entry.fact.row["topic"] for entry in stated if entry.fact.row["topic"]]
    if len(topics) > len(set(topics)) and "topic" not in spec.across:
        raise Refused("topics")
    if "date" in spec.across:
        return
    stocks = {(entry.is_stock, entry.days) for entry in stated if entry.is_stock}
    if len(stocks) > 1 or stocks and any(not entry.is_stock for entry in stated):
        raise Refused("stocks")
    spans = {(entry.fact.row["source"], span_of(entry.fact)) for entry in stated if is_for_period(entry.fact)}
    if any(overlap(*pair) for pair in itertools.combinations(spans, 2)):
        raise Refused("periods")


def is_spell(fact):
    """Whether a post is one that began and ended on some day, and no line of a list of a year."""
    if fact.row["date_span"] != "throughout" or not fact.days:
        return False
    first, last = fact.days
    return not (first is None or civil(first)[1:] == (1, 1)) or not (last is None or civil(last)[1:] == (12, 31))


def is_for_period(fact):
    """Whether a figure is for all of its date, a month or longer: a figure for a day, or of an event, is one event's."""
    if not fact.days or None not in fact.days and fact.days.last - fact.days.first < 27:
        return False
    # what goes on is longer than all that lies in it; of an end that is unknown, or of a set, nobody can say
    if None in fact.days and not re.search(r"/\.\.|\.\./", fact.row["date"]):
        return False
    if fact.row.get("event"):
        return False
    return fact.kind in FOR_PERIODS or fact.row["date_span"] == "throughout"


def span_of(fact):
    """The days that a figure is for. A set holds its own, and none between."""
    return tuple(fact.parts) if fact.parts else (fact.days,)


def overlap(one, other):
    """Whether two figures of a source share days: more than the one on which a period ends and the next begins."""
    return one[0] == other[0] and any(meet(a, b) for a in one[1] for b in other[1])


def meet(one, other):
    first = max(-math.inf if days.first is None else days.first for days in (one, other))
    last = min(math.inf if days.last is None else days.last for days in (one, other))
    return last > first or last == first and any(days.first == days.last for days in (one, other))


def combined(entries, spec):
    """The figures of a cell as one; None where there is no fact, or none with a figure."""
    if not entries:
        return None
    if spec.agg == "count" or not spec.value:
        return len(entries)
    figures = sorted(entry.figure for entry in entries if entry.figure is not None)
    if not figures:
        return None
    if spec.agg == "range":
        low, high = grouped(figures[0]), grouped(figures[-1])
        return low if low == high else f"{low}–{high}"
    if spec.agg == "list":
        return "; ".join(sorted(f"{entry.fact.row['source']} {'–' if entry.figure is None else grouped(entry.figure)}"
                                for entry in entries))
    half = len(figures) // 2
    return {"min": figures[0], "max": figures[-1], "mean": added_up(figures) / len(figures),
            "median": figures[half] if len(figures) % 2 else (figures[half - 1] + figures[half]) / 2,
            }.get(spec.agg, added_up(figures))


def fields_of(world, kind):
    """The fields of a kind, or of all of them."""
    if kind != "all":
        return world.fields[kind]
    merged = {name: field for of in reversed(KINDS) for name, field in world.fields[of].items()}
    # a figure may be a whole number in one kind and a decimal one in another: a filter takes what any of them takes
    numbers = [field for of in KINDS for field in world.fields[of].values() if field.type == "number"]
    return {**merged, **{field.name: field for field in numbers if merged[field.name].type == "integer"}}


# ----- made-up data -----------------------------------------------------------------------------------------------------

DATES = """2012 2012 2013 2013 2013 2014 2014 2015 2013-01 2013-04 2013-04 2013-11 2014-02 2014-03 2012-12 2013-04-05
2013-04-05 2013-11-30 2014-02-28 2012-02-29 2014-03-12 2013~ 2013? 2013% 2011-12~ 2014-03-12? 2012/2013 2012/2014
2013-03/2013-05 2013-03-05/2013-04-02 2013-04-01/2013-04-30 2006/2007 2013/.. 2013/ 2014-02/.. /2014-02 ../2012 /2013
{2010,2012} {2012,2014} [2010,2012] {2013-03,2013-05} [..2010,2012] [2012-03-05..2012-03-11] [2013,2014-02] [2013..]
{2010..2012,2015} {2012,2010} [2014-03,2014-01] 2014/2014 2013-04-05/.. -0538 -0044-03-15 -0539/-0530 0000 0009 201X 19XX 2013-04-XX 2014-01/2014-12 1999-12-31/2000-01-01""".split()
WORDS = "convoy embassy airport border clash talks ceasefire rifles drones grain refugees election ransom oil".split()
SPOTS = ["Ḩammām al ‘Alīl", "Mill Road", "mill road", "Old Bridge", "Mosul"]
SPELLINGS = {
    "actor": ["Iraq", "IRQ", "cow:645", "Iran", "irn", "Jordan", "United States", "USA", "Syria", "iso2:SY", "Russia",
              "Army of Jordan", "Jordanian Guard", "Desert Riders", "Çelik Cephesi", "name:TFF: The Free Front", "TFF",
              "ucdp:9001", "Donetsk Group", "Luhansk Group", "Riders' Youth", "Brett McGurk", "Hoshyar Zebari"],
    "place": ["Iraq", "Syria", "Jordan", "Iran", "YEM", "Baghdad", "Green Zone", "Łódź", "Lodz", "Sana’a", "cow:645",
              "Niger State", "Niger", "Free Sea", "Twin Town", "Mosul", "Washington, D.C.", "Anbar Governorate"],
}
COMMON = {"date_basis": ["stated", "inferred", "source"], "stance": ["states"] * 6 + ["alleges", "denies", "declines"],
          "said_via": ["interview", "parliament", "Interview"], "said_on": ["2014-03", "2014-03-12", "2013~"],
          "place_precision": ["exact", "near", "country"], "confidence": ["high", "medium", "low"],
          "violence": ["state-based", "non-state", "one-sided", "other"],
          "stock_flow": ["flow", "flow", "stock", "cumulative"],
          "qualifier": ["exact", "about", "over"], "locator": ["row=7", "page=3", "char=10,20"]}
OWN = {
    "events": {"type": ["meeting", "battle", "visit", "raid"], "subtype": ["first", "second", "First"]},
    "arms-transfers": {"designation": ["rifles", "Rifles", "fighter jets", "50% drones", "a_b kit", "armour, plates"],
                       "stage": ["ordered", "delivered", "offered"], "category": ["aircraft", "small arms"],
                       "currency": ["USD", "EUR"], "condition": ["new", "second-hand"], "channel": ["FMS", "gift"],
                       "case_number": ["13-04", "13-05"]},
    "casualties": {"harm": ["killed", "killed", "wounded", "displaced"], "population": ["civilians", "all", "side a"],
                   "method": ["survey", "media count"]},
    "posts": {"post_type": ["embassy", "embassy", "consulate", "home-office"], "post_status": ["open", "closed", "planned"],
              "office": ["Ambassador", "consul general"], "head_class": ["ambassador", "consul"],
              "staff_qualifier": ["about", "over"]},
    "indicators": {"measure": ["border length", "oil output", "polity"], "unit": ["km", "rank", "barrels"]},
}
REQUIRED = {"type", "designation", "stage", "harm", "population", "post_type", "measure", "stance", "date_basis", "summary"}
# What the facts refer to, a table each: its header, and its rows.
REFERRED = {
    "sources": ("slug,kind,title,published", ["alpha,document,Alpha,2014-03-12", "beta,document,Beta,2014",
                                              "gamma,dataset,Gamma,", "delta,document,Delta,2013-11"]),
    "topics": ("slug,question", ["who-shelled,Who shelled the town?", "how-many-2013,How many in 2013?",
                                 "oil,How much oil?"]),
    "places": ("name,kind,within,latitude,longitude", [
        "Łódź,city,Poland,51.75,19.5", "Sana'a,city,Yemen,15.5,44.25", "Niger State,admin1,Nigeria,,",
        "Free Sea,region,,10.5,20.25", "Twin Town,city,Iraq,33.25,44.5", "Mosul,city,Iraq,,"]),
    "actors": ("name,kind,of,acts_for", [
        "Army of Jordan,body,,Jordan", "Jordanian Guard,body,,Army of Jordan", "Desert Riders,armed-group,Jordan,",
        "Riders' Youth,armed-group,Desert Riders,", "Çelik Cephesi,armed-group,Syria,", "TFF: The Free Front,armed-group,,",
        "Donetsk Group,armed-group,Ukraine,", "Luhansk Group,armed-group,Ukraine,"]),
    "names": ("scheme,name,actor,place", [
        "name,TFF,name:TFF: The Free Front,", "ucdp,9001,Çelik Cephesi,", "name,The Kingdom,Jordan,",
        "name,Two Rivers,,Iraq", "name,Steel Front,Çelik Cephesi,", "sipri,77,Army of Jordan,", "acled,Sea,,Free Sea"]),
}
# A data set with a description of its own: two groups of one name, spots with coordinates, columns without a field.
TOWNS = """id,day,party,code,spot,lat,lon,land,dead,ward
1,2014-03-01,DPR,5001,Old Mill,36.16,43.26,Iraq,5,north
2,2014-03-02,DPR,5002,Old Mill,36.16,43.26,Jordan,3,south
3,2014-03-02,Green Band,5003,,,,Iraq,3,south
4,2013-04-02,"Poland, Ukraine",5004,,,,"Iraq, Syria",3,
5,2013-04-02,DPR,5002,Mosul,,,Iraq,0,North
6,2012,DPR,5001,,,,Yemen,,
"""
DESCRIPTION = """name = "towns"
title = "Made-up towns"
[[fact]]
kind = "events"
key = ["{id}"]
type = "clash"
date = "{day}"
actor = { name = "{party}", ucdp = "{code}", kind = "armed-group" }
place = { name = "{spot}", point = ["{lat}", "{lon}"], within = { name = "{land}", split = "," } }
deaths = "{dead}"
summary = "A clash"
"""
COLUMNS = ["extra.page", "extra.region", "extra.ward"]


def make_folder(rng, fields, folder):
    """A folder for `facts seed`: some hundred facts that meet each other, so that much can be counted twice."""
    os.makedirs(folder, exist_ok=True)
    for name, (head, rows) in REFERRED.items():
        with open(os.path.join(folder, f"{name}.csv"), "w", encoding="utf-8") as out:
            out.write("\n".join([head, *rows]) + "\n")
    events = []
    for kind, table_name in TABLES.items():
        columns = [f.name for f in fields[kind].values() if f.type != "period" and f.name not in COLUMNS and f.name not in
                   ("ref", "kind", "date_from", "date_to", "country", "quote_status", "import", "retired_by", "retired_why", "retired_note")]
        with open(os.path.join(folder, f"{table_name}.csv"), "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            before = None
            for n in range(85):
                row = made_fact(rng, kind, fields[kind], n, events)
                if kind == "posts" and before and rng.random() < 0.3:  # the same post, as it stood at another date
                    row |= {name: before.get(name, "") for name in (*SAME, "locality", "source")}
                before = row
                if kind == "events" and n == 0:
                    row["actor"] = "IRQ; Jordan"
                if kind == "events":
                    events.append(f"{row['source']}:{row['key']}")
                writer.writerow([row.get(name, "") for name in columns])


def made_fact(rng, kind, fields, n, events):
    """One made-up fact; what it states and what not is left to chance."""
    often = rng.random()  # some facts state much, some little
    row = {"key": rng.choice([f"{kind[0]}{n}", f"{kind[0]}-{n}/x", f"{kind[0].upper()}{n}"]),
           "source": rng.choice(["alpha", "alpha", "beta", "gamma", "delta"]),
           "summary": f"{rng.choice(WORDS).title()} and {rng.choice(WORDS)}, no. {n}"}
    for name, field in fields.items():
        pool = OWN[kind].get(name) or COMMON.get(name)
        if name in REQUIRED and pool:
            row[name] = rng.choice(pool)
        elif name in row or rng.random() > 0.25 + often / 2:
            continue
        elif pool:
            row[name] = rng.choice(pool)
        elif field.type in ("actor", "place") and name != "country":
            row[name] = made_names(rng, field.type)
        elif name in ("note", "quote", "deaths_text", "quantity_text", "posts_text", "staff_text"):
            row[name] = f"{rng.choice(WORDS)} {rng.choice(['100%', 'a_b', 'ÉTÉ', 'x'])}"
    if rng.random() < 0.85:
        row["date"] = rng.choice(DATES)
        row["date_span"] = rng.choice(["within", "within", "throughout"])
    else:
        row.pop("date_basis")
    if rng.random() < 0.2:
        row["topic"] = rng.choice(["who-shelled", "how-many-2013", "oil"])
    if rng.random() < 0.3:
        row["locality"] = rng.choice(SPOTS)
    if rng.random() < 0.2:
        row["latitude"], row["longitude"] = rng.choice(["33.5", "-10.25", "0"]), rng.choice(["44.25", "-77.5"])
    if rng.random() < 0.4:
        row["extra"] = json.dumps({"page": str(rng.randint(1, 4)), **({"region": "North"} if rng.random() < 0.5 else {})})
    if kind == "casualties" and events and rng.random() < 0.15:
        row["event"] = rng.choice(events)
    made_figures(rng, kind, fields, row)
    return row


def made_names(rng, of):
    """A cell of one name or of several, in one spelling or another."""
    if of == "actor" and rng.random() < 0.05:
        return "The Three [= Iraq; Iran; Jordan]"
    pool, some = SPELLINGS[of][:8] if rng.random() < 0.5 else SPELLINGS[of], rng.choice([1, 1, 1, 1, 2, 3])
    if some > 1:  # "several-spelled"
        pool = [name for name in pool if not re.fullmatch("[A-Za-z]{3}|Lodz|Sana’a", name)]
    return "; ".join(rng.sample(pool, some))


def made_figures(rng, kind, fields, row):
    """Low, best and high with gaps; indicators may be negative and have decimals."""
    stems = {re.sub("low$", "", name) for name, field in fields.items() if re.fullmatch("(.*_)?low", name)}
    for stem in sorted(stems):
        if rng.random() < 0.25:
            continue
        best = rng.choice([0, 1, 2, 3, 5, 12, 100, 1500])
        if fields[f"{stem}best"].type == "number":
            best = rng.choice([best, best + 0.5, -best if kind == "indicators" else best, 1234.25])
        for name, figure in (("low", best - best // 2), ("best", best), ("high", best + 7)):
            if rng.random() < 0.75:
                row[f"{stem}{name}"] = plain(min(figure, best) if name == "low" else figure)
    if kind == "arms-transfers" and rng.random() < 0.5:
        row["tiv"] = rng.choice(["0", "1.5", "20"])


# ----- random questions -------------------------------------------------------------------------------------------------


class Asker:
    """Makes questions that are likely to have an answer: each filter is true of some fact."""

    def __init__(self, world, rng):
        self.world, self.rng = world, rng
        self.by_kind = {kind: [fact for fact in world.facts if kind in ("all", fact.kind)] for kind in [*KINDS, "all"]}

    # -- values

    def spelling(self, of, entity):
        """One of the ways to write an actor or place."""
        rng, ways = self.rng, self.world.spellings[of, entity]
        scheme, name = rng.choice([("name", entity)] + ways)
        if scheme not in BY_ITSELF or rng.random() < 0.2:
            return f"{scheme}:{name}" if scheme in CODE_LISTS else name
        if coded(name)[0]:
            return f"name:{name}"
        return rng.choice([name, name.lower(), name.upper() if not {*"ıß"} & {*name} else name, fold(name)])

    def name_value(self, fact, field):
        """A word for whom a field names, or for what they lie in or act for."""
        rng, of = self.rng, "place" if field.type == "place" else "actor"
        named = sorted(fact.countries if field.name == "country" else fact.who(field.name))
        if field.name == "place" and fact.row["locality"] and rng.random() < 0.4:
            return rng.choice([fact.row["locality"], fold(fact.row["locality"]), fact.value("place")])
        if not named:
            return None
        if len(named) > 1 and rng.random() < 0.3:
            return "; ".join(rng.sample(named, rng.randint(2, len(named))))
        entity = rng.choice(named)
        above = [name for name, below in self.world.inside[of].items() if entity in below]
        if above and rng.random() < 0.4 and field.name != "country":
            entity = rng.choice(above)
        return entity if rng.random() < 0.3 else self.spelling(of, entity)

    def value(self, fact, field, op="="):
        """A value for a comparison that is likely to be true of this fact; None if it states none."""
        rng, found = self.rng, fact.value(field.name)
        if field.type in ("actor", "place") and op in ("=", "!="):
            return self.name_value(fact, field)
        if found is None:
            return None
        if op in ("~", "!~") and field.type not in NO_PART:
            text = str(shown(fact, field.name))
            start = rng.randrange(len(text))
            part = text[start:start + rng.randint(1, 8)].strip()
            return rng.choice([part, part.lower(), part.upper() if part.isascii() else part]) or text
        if field.type in ("integer", "import"):
            return str(max(0, found + (rng.choice([0, 0, 0, 1, -1]) if op != "=" else 0)))
        if field.type == "number":
            return plain(found + (rng.choice([0, 0.5, -1]) if op != "=" else 0))
        if op == "==" and rng.random() < 0.8:
            return label_of(fact, field).text
        if field.type in ("text", "term") and found.isascii():
            return rng.choice([found, found.lower(), found.upper()])
        if field.type == "period" and rng.random() < 0.3:
            return rng.choice(["2013", found]) if field.name in ("year", "month") else found
        return str(found)

    def absent(self, field):
        """A value that no fact has, or that is none at all."""
        rng = self.rng
        if field.type in ("integer", "import"):
            return rng.choice(["987654", "many", "-3", "007", "1.5"])
        if field.type == "number":
            return rng.choice(["-98765.25", "much", "1,5"])
        if field.type == "day":
            return rng.choice(["1066-10-14", "2013", "soon"])
        if field.type in ("period", "date (EDTF)"):
            return rng.choice(["1066", "1066-10", "2013-13", "soon"])
        if field.type == "choice":
            return rng.choice(["nonsense", *field.choices])
        return rng.choice(["Nowhere at all", "no-such-thing", "%", "'; --"])

    # -- filters

    def where(self, kind, fact, field, op, is_full=True, by_not=False):
        """`-w`, or `--not`."""
        if by_not:
            op = "~" if field.name in PARTIAL else "="
        value = "" if op.startswith("is") else self.value(fact, field, op) if is_full else self.absent(field)
        if value is None:
            return None
        if by_not:
            other = self.value(self.rng.choice(self.by_kind[kind]), field, op) if self.rng.random() < 0.3 else None
            value = f"{value},{other}" if other and is_full else value
            text = f"{self.rng.choice([field.name, field.name.replace('_', '-')])}={value}"
            test = self.refusable(lambda: among(self.world, field, value))
            return Filter("--not", ("--not", text), test if isinstance(test, Refused) else lambda fact: not test(fact))
        value = value.strip()
        if not value and not op.startswith("is"):
            return None
        name = field.name if self.rng.random() < 0.9 else field.name.replace("_", "-")
        space = self.rng.choice(["", "", " "])
        text = f"{name} {op}" if op.startswith("is") else f"{name}{space}{op}{space}{value}"
        test = self.refusable(lambda: compare(self.world, field, op, value))
        return Filter(f"-w {op}", ("-w", text), test)

    @staticmethod
    def refusable(make):
        try:
            return make()
        except Refused as refused:
            return refused

    def flag(self, kind, fact, field, exclusively=False):
        """A field's own flag, with one value or with several."""
        values = []
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            other = fact if not values else self.rng.choice(self.by_kind[kind])
            if field.type in ("actor", "place"):
                value = self.name_value(other, field)
            elif field.name in PARTIAL:
                value = self.value(other, field, "~")
            elif field.type == "choice":
                value = self.value(other, field) if self.rng.random() < 0.97 else "nonsense"
            else:
                value = self.value(other, field) if self.rng.random() < 0.95 else self.absent(field)
            # a comma in a value is between two, unless a space is behind it
            if value and value.strip() and not re.search(r",(?! )|^-", value.strip()):
                values.append(value.strip())
        if not values:
            return None
        name = f"--{field.name.replace('_', '-')}"
        if self.rng.random() < 0.5:
            args = (name, ",".join(values))
        else:
            args = tuple(itertools.chain(*((name, value) for value in values)))
        if field.type in ("actor", "place"):
            test = lambda fact: names_one_of(self.world, fact, field, values, exclusively)
        else:
            test = self.refusable(lambda: among(self.world, field, ",".join(values)))
        is_whole = len(values) == 1 and field.name not in PARTIAL
        return Filter(name, args, test, field.name if is_whole else "")

    def dates(self, fact):
        """A window, about the fact's date."""
        rng = self.rng
        days = [day for day in fact.days or () if day is not None] or [day_of(2013, 4, 5)]
        year, month, _ = civil(rng.choice(days))
        near = rng.choice([year_text(year), f"{year_text(year)}-{month:02d}", iso(rng.choice(days)), year_text(year + 1)])
        far = rng.choice([year_text(year + 1), f"{year_text(year)}-12", year_text(year)])
        is_within = rng.random() < 0.4
        how = [Filter("--match", ("--match", "within"))] if is_within else []
        shape = rng.choice(["--during", "--during", "--from", "--to", "both"])
        if shape == "--during":
            text = rng.choice([near, near, f"{near}..{far}", f"{near}..", f"..{near}", "2013-13", "2014..2013"])
            args, text = ("--during", text), text
        elif shape == "both":
            args, text = ("--from", near, "--to", far), f"{near}..{far}"
        else:
            args, text = (shape, near), f"{near}.." if shape == "--from" else f"..{near}"
        try:
            span = window(text)
            test = lambda fact: in_window(fact, span, is_within)
        except ValueError:
            test = Refused("window")
        if args[0] != "--during" and args[1].startswith("-"):
            args = tuple(f"{a}={b}" for a, b in zip(args[::2], args[1::2]))
        elif args[1].startswith("-"):
            args = (f"{args[0]}={args[1]}",)
        return [Filter(args[0].partition("=")[0], args, test), *how]

    def parties(self, kind, fact):
        """--actor and --of, with what goes with them."""
        rng, world = self.rng, self.world
        roles = [field for field in fields_of(world, kind).values() if field.type == "actor"]
        named = [field for field in roles if fact.who(field.name)]
        if not named:
            return None
        field = rng.choice(named)
        is_of, with_support, exclusively = rng.random() < 0.3, rng.random() < 0.4, rng.random() < 0.3
        entity = rng.choice(sorted(fact.who(field.name)))
        if is_of:
            of = sorted(name for name, below in world.members.items() if entity in below)
            words = [rng.choice(of) if of else "Jordan"]
        else:
            words = [self.name_value(fact, field) for _ in range(rng.choice([1, 1, 2]))]
        words = [word for word in words if word and not re.search(r",(?! )", word)]
        if not words:
            return None
        with_support &= not is_of
        names = [role for role in roles if is_of or with_support or role.name != "supporters"]
        test = lambda fact: any(names_one_of(world, fact, role, words, exclusively, is_of) for role in names
                                if role.name in world.fields[fact.kind])
        tag = "--of" if is_of else "--actor"
        return ([Filter(tag, (tag, ",".join(words)), test)]
                + [Filter("--with-support", ("--with-support",))] * with_support
                + [Filter("--exclusively", ("--exclusively",))] * exclusively)

    def coded_flag(self, fact):
        """--scheme with a code."""
        rng, world = self.rng, self.world
        fields = [field for field in world.fields[fact.kind].values()
                  if field.flag and field.type in ("actor", "place") and fact.who(field.name)]
        if not fields:
            return None
        field = rng.choice(fields)
        entity = rng.choice(sorted(fact.countries if field.name == "country" else fact.who(field.name)) or [""])
        codes = [(s, n) for s, n in world.spellings[field.type, entity] if s in CODE_LISTS and s != "name"]
        if not codes:
            return None
        scheme, name = rng.choice(sorted(codes))
        if "," in name:
            return None
        word = f"{scheme}:{name}"
        flag = f"--{field.name.replace('_', '-')}"
        return [Filter("--scheme", (flag, name, "--scheme", scheme),
                       lambda fact: field.name in world.fields[fact.kind] and names_one_of(world, fact, field, [word]))]

    def filters(self, kind, some):
        """Up to `some` filters that a fact passes, or nearly."""
        rng, found, used = self.rng, [], set()
        fact = rng.choice(self.by_kind[kind])
        fields = list(fields_of(self.world, kind).values())
        for _ in range(some):
            what = rng.choice(["date", "date", "party", "scheme", "flag", "flag", "flag", "not", "where", "where"])
            made = None
            if what == "date":
                made = self.dates(fact)
            elif what == "party":
                made = self.parties(kind, fact)
            elif what == "scheme":
                made = self.coded_flag(fact)
            elif what == "flag":
                field = rng.choice([f for f in fields if f.flag])
                exclusively = field.type in ("actor", "place") and rng.random() < 0.3
                one = self.flag(kind, fact, field, exclusively)
                made = one and [one] + [Filter("--exclusively", ("--exclusively",))] * exclusively
            else:
                field = rng.choice(fields)
                one = self.where(kind, fact if what == "where" else rng.choice(self.by_kind[kind]), field,
                                 rng.choice(OPERATORS), rng.random() < 0.95, what == "not" and field.type != "json")
                made = one and [one]
            if not made:
                continue
            # --match and --exclusively are about all filters of a command: one that they are about is enough
            is_named = what in ("party", "scheme") or what == "flag" and field.type in ("actor", "place")
            about = {"date"} if what == "date" else {filter.tag for filter in made} | ({"names"} if is_named else set())
            if about & used:
                continue
            used |= about
            found += made
        return found

    # -- questions

    def query(self, kind, first=None):
        """A random query; `first` is a filter that it must have."""
        rng = self.rng
        filters = ([first] if first else []) + self.filters(kind, rng.choice([0, 0, 1] if first else [1, 1, 2, 3]))
        names = list(fields_of(self.world, kind))
        columns = ["ref"] + rng.sample([name for name in names if name != "ref"], rng.randint(1, 5))
        fields = [rng.choice(["", "-"]) + rng.choice(names) for _ in range(rng.randint(1, 2))]
        sorts = rng.choice([[], [], fields, ["none"]])
        shape = [Filter("--columns", ("--columns", ",".join(columns)))]
        if sorts:
            shape.append(Filter("--sort", (f"--sort={','.join(sorts)}",)))
        limit, offset = rng.choice([None, None, None, 1, 5]), rng.choice([0, 0, 0, 2])
        if limit is not None:
            shape.append(Filter("--limit", ("--limit", str(limit))))
        if offset:
            shape.append(Filter("--offset", ("--offset", str(offset))))
        if rng.random() < 0.1:
            shape.append(Filter("-e", ("-e",)))
        past, at = self.past()
        return Query(self.world, kind, filters + past, shape, columns, sorts, limit, offset, at)

    def past(self):
        """What the database knew after an import, or what had been published by a day; now and then."""
        rng, how = self.rng, self.rng.random()
        if how < 0.06:
            at = rng.choice([0, *self.world.imports])
            return [Filter("--as-of", ("--as-of", f"import={at}"))], at
        if how < 0.1:
            by = rng.choice(["2014", "2014-03", "2014-03-12", "2013-11-30", "2013-11-29", "2012"])
            test = lambda fact: was_published(fact, window(by).last)
            return [Filter("--published-by", ("--published-by", by), test)], None
        return [], None

    def counts(self):
        """A table of counts whose cells `-w` can find."""
        rng, kind = self.rng, self.rng.choice([*KINDS, "all"])
        sides = [f.name for f in fields_of(self.world, kind).values()
                 if f.type in ("period", "choice", "term", "source", "topic", "integer", "day", "import")]
        rows = rng.sample(sides, rng.choice([1, 2]))
        cols = rng.sample([name for name in sides if name not in rows], rng.choice([0, 1]))
        spec = Spec(kind, rows, cols, None, None, None, "own", "own", ["source"])
        return Table(self.world, spec, self.filters(kind, rng.choice([0, 1, 2])))

    def sums(self):
        """A table that adds up what nearly may be added up: one guard at a time stands in the way."""
        rng, world = self.rng, self.world
        kind = rng.choice(["casualties"] * 3 + ["indicators", "posts", "arms-transfers", "events"])
        fields = world.fields[kind]
        value = rng.choice([name for name, f in fields.items() if name.endswith("best") and f.type in ("integer", "number")])
        sides = PERIODS + [name for name, f in fields.items() if f.type in ("choice", "term", "source", "topic")]
        rows, cols = [rng.choice(rng.choice([PERIODS, sides]))], rng.sample(sides, rng.choice([0, 0, 1]))
        filters = self.filters(kind, rng.choice([0, 0, 1]))
        tags = {filter.tag for filter in filters}
        across = [name for name in ["topic", "topic", "date"] if rng.random() < 0.4]
        across += [name for name in units_of(kind, value) if rng.random() < 0.15]
        if rng.random() < 0.6 and "--source" not in tags:
            filters.append(self.flag(kind, rng.choice(self.by_kind[kind]), fields["source"]))
        else:
            across.append("source")
        if "stock_flow" in fields and rng.random() < 0.6:
            op = rng.choice(["is null", "!="])
            value_of = "" if op == "is null" else "stock"
            test = compare(world, fields["stock_flow"], op, value_of)
            filters.append(Filter(f"-w {op}", ("-w", f"stock_flow {op}{value_of}"), test))
        agg = rng.choice([None, None, "sum", "mean", "median"])
        totals = rng.choice([None, None, None, "rows", "cols", "both"])
        how = "first" if len({*PERIODS} & {*rows, *cols}) == 1 and rng.random() < 0.3 else "own"
        return Table(world, Spec(kind, rows, cols, value, agg, totals, "own", how, list(dict.fromkeys(across))), filters)

    def table(self):
        chance = self.rng.random()
        if chance < 0.5:
            return self.counts() if chance < 0.2 else self.sums()
        rng, world = self.rng, self.world
        kind = rng.choice([*KINDS, *KINDS, "casualties", "casualties", "all"])
        fields = fields_of(world, kind)
        sides = [f.name for f in fields.values() if f.type not in ("json", "text", "key")]
        sides += PERIODS * 3 + ["source", "topic", "stance", "locality", "key"] + COLUMNS[:2]
        pick = lambda n: list(dict.fromkeys(rng.choice(sides) for _ in range(n)))
        rows, cols = pick(rng.choice([1, 1, 1, 2])), pick(rng.choice([0, 0, 1, 1, 2]))
        numbers = [f.name for f in fields.values() if f.type in ("integer", "number")]
        best = [name for name in numbers if name.endswith("best")]
        value = rng.choice([None, None, *[rng.choice(best)] * 3, rng.choice(numbers)])
        if rng.random() < 0.02:
            value = "summary"
        agg = rng.choice([None, None, "sum", "count", "min", "max", "mean", "median", "range", "list"])
        agg = agg if value or rng.random() < 0.1 else None
        totals = rng.choice([None, None, None, "rows", "cols", "both"])
        named = [f.name for f in fields.values() if f.names_several]
        members = "each" if rng.random() < 0.2 else "own"
        if members == "each" and rng.random() < 0.8:
            rows = [rng.choice(named)]
            cols = [name for name in cols if name not in named]
        how = rng.choice(["own"] * 4 + ["first", "each"])
        if how != "own" and rng.random() < 0.8:
            rows, cols = [rng.choice(PERIODS)], [name for name in cols if name not in PERIODS]
        units = units_of(kind, value) if value else []
        across = [name for name in ["source", "source", "topic", "date", *units] if rng.random() < 0.3]
        across = list(dict.fromkeys(across))
        if rng.random() < 0.03:
            across.append("stance")
        filters = self.filters(kind, rng.choice([0, 0, 1, 1, 2]))
        if rng.random() < 0.6 and not any(filter.tag == "--source" for filter in filters):
            filters.append(self.flag(kind, rng.choice(self.by_kind[kind]), fields["source"]))
        spec = Spec(kind, rows, cols, value, agg, totals, members, how, across)
        past, at = self.past()
        return Table(world, spec, filters + past, at)


def arguments(parts):
    return [arg for part in parts for arg in part.args]


class Query:
    """A query, and its answer as it must be."""

    what = "query"

    def __init__(self, world, kind, filters, shape, columns, sorts, limit, offset, at):
        self.world, self.kind, self.columns, self.sorts = world, kind, columns, sorts
        self.limit, self.offset, self.at = limit, offset, at
        self.parts = filters + shape
        self.filters = filters
        self.why = next((f.test.why for f in filters if isinstance(f.test, Refused)), None)

    def command(self, parts=None):
        return ["query", self.kind, *arguments(self.parts if parts is None else parts), "-f", "json"]

    def facts(self):
        rows = self.world.facts if self.at is None else [fact for fact in self.world.rows if fact.is_live(self.at)]
        passes = all_of(self.filters)
        return [fact for fact in rows if self.kind in ("all", fact.kind) and passes(fact)]

    def differs(self, code, out, said):
        """What is wrong with an answer; None if nothing is."""
        if self.why:
            return None if code == 2 else f"exit code {code}; expected a refusal (2): {self.why}"
        got, found = json.loads(out) if code < 2 else None, self.facts()
        if code != (1 if any(part.tag == "-e" for part in self.parts) and not got else 0):
            return f"exit code {code}; expected an answer"
        if self.sorts == ["none"]:
            return self.differs_unsorted(got, found)
        expected = in_order(found, self.sorts, self.kind == "all")[self.offset:]
        expected = expected if self.limit is None else expected[:self.limit]
        refs = [row["ref"] for row in got]
        if refs != [fact.ref for fact in expected]:
            return difference(refs, [fact.ref for fact in expected])
        return next(filter(None, (self.cell(row, fact) for row, fact in zip(got, expected))), None)

    def differs_unsorted(self, got, found):
        """As they lie: which ones a limit leaves is left open."""
        some = max(0, len(found) - self.offset)
        some = some if self.limit is None else min(self.limit, some)
        refs, known = [row["ref"] for row in got], {(fact.ref, fact.kind) for fact in found}
        if len(refs) != some or not set(refs) <= {ref for ref, _ in known}:
            return difference(sorted(refs), sorted(ref for ref, _ in known))
        return None

    def cell(self, row, fact):
        expected = cells_of(fact, self.columns)
        wrong = [name for name in {*row, *expected} if not same(row.get(name), expected.get(name))]
        return wrong and f"{fact.ref}: " + "; ".join(
            f"{name}: got {row.get(name)!r}, expected {expected.get(name)!r}" for name in sorted(wrong)) or None


def difference(got, expected):
    more, less = [r for r in got if r not in expected], [r for r in expected if r not in got]
    if not more and not less:
        at = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b), min(len(got), len(expected)))
        return f"other order, from {at}: got {got[at:at + 4]}, expected {expected[at:at + 4]}"
    return f"got {len(got)}, expected {len(expected)}; too many: {more[:6]}; missing: {less[:6]}"


def same(got, expected):
    if isinstance(got, (int, float)) and isinstance(expected, (int, float)) and not isinstance(got, bool):
        return abs(got - expected) <= 1e-9 * max(1, abs(expected))
    return got == expected


class Table:
    """A cross-table, and its answer as it must be."""

    what = "table"

    def __init__(self, world, spec, filters, at=None):
        self.world, self.spec, self.kind = world, spec, spec.kind
        self.filters = [filter for filter in filters if filter]
        part = lambda name, value: [Filter(f"--{name}", (f"--{name}", value))] if value else []
        self.parts = (self.filters + part("rows", ",".join(spec.rows)) + part("cols", ",".join(spec.cols))
                      + part("value", spec.value) + part("agg", spec.agg) + part("totals", spec.totals)
                      + (part("members", "each") if spec.members == "each" else [])
                      + (part("spread", spec.spread) if spec.spread != "own" else [])
                      + part("sum-across", ",".join(spec.across)))
        passes = all_of(self.filters) if not any(isinstance(f.test, Refused) for f in self.filters) else None
        self.why = next((f.test.why for f in self.filters if isinstance(f.test, Refused)), None)
        self.head = self.rows = self.left_out = None
        if passes:
            rows = world.facts if at is None else [fact for fact in world.rows if fact.is_live(at)]
            self.facts = [fact for fact in rows if spec.kind in ("all", fact.kind) and passes(fact)]
            denied = self.left_out = self.denied()
            self.facts = [fact for fact in self.facts if fact not in denied]
            try:
                self.head, self.rows = table(world, spec, self.facts, self.filters)
                fields = fields_of(world, spec.kind)
                self.notes = notes_of(spec, self.facts, [fields[name] for name in spec.rows + spec.cols])
                figures = sum(fact.value(spec.value) is not None for fact in denied)
                if figures:
                    self.notes.append(f"{figures} {'figure' if figures == 1 else 'figures'} left out: the speaker denies")
            except Refused as refused:
                self.why = refused.why

    def denied(self):
        """The facts whose figure is nobody's: it is denied, or not given. They are in sums if somebody asks for them."""
        spec = self.spec
        asks = any(re.match("(--)?stance$|stance[^a-z_]", arg) for one in self.filters for arg in one.args)
        if not spec.value or spec.agg not in (None, "sum", "mean", "median") or asks or "stance" in spec.rows + spec.cols:
            return []
        return [fact for fact in self.facts if fact.row["stance"] in ("denies", "declines")]

    def command(self, parts=None):
        return ["tabulate", self.spec.kind, *arguments(self.parts if parts is None else parts), "-f", "json"]

    def differs(self, code, out, said):
        if self.why:
            return None if code == 2 else f"exit code {code}; expected a refusal (2): {self.why}"
        if code != 0:
            return f"exit code {code}; expected a table"
        unsaid = [note for note in self.notes if note not in said]
        if unsaid:
            return f"not said: {unsaid}; said: {said}"
        got = json.loads(out, object_pairs_hook=list)
        if not got and not self.rows:
            return None
        if got and [name for name, _ in got[0]] != self.head:
            return f"other columns: got {[name for name, _ in got[0]]}, expected {self.head}"
        got = [[value for _, value in row] for row in got]
        labels = len(self.spec.rows)
        if [row[:labels] for row in got] != [row[:labels] for row in self.rows]:
            return f"other rows: got {[row[:labels] for row in got]}, expected {[row[:labels] for row in self.rows]}"
        for row, expected in zip(got, self.rows):
            for name, one, other in zip(self.head, row, expected):
                if not same(one, other):
                    return f"{row[:labels]} × {name}: got {one!r}, expected {other!r}"
        return None

    def cells(self):
        return 0 if self.why else sum(len(row) - len(self.spec.rows) for row in self.rows)

    def lookups(self, rng):
        """Queries that must find as many facts as a cell of a table of counts says."""
        spec = self.spec
        if self.why or spec.value or spec.totals or spec.members == "each" or spec.spread != "own" or not self.rows:
            return []
        sides = [fields_of(self.world, spec.kind)[name] for name in spec.rows + spec.cols]
        labels = defaultdict(int)
        for fact in self.facts:
            labels[tuple(label_of(fact, field) for field in sides)] += 1
        some = rng.sample(sorted(labels), min(2, len(labels)))
        return [Lookup(self, [where_label(f, label) for f, label in zip(sides, key)], labels[key]) for key in some]


def where_label(field, label):
    """The filter that finds what a label of a table counts."""
    text = f"{field.name} is null" if label.missing else f"{field.name}=={label.text}"
    return Filter("-w", ("-w", text))


class Lookup:
    """A query for a cell of a table."""

    what = "cell"
    why = None

    def __init__(self, of, labels, expected):
        self.kind, self.parts, self.expected = of.spec.kind, of.filters + labels, expected

    def command(self, parts=None):
        return ["query", self.kind, *arguments(self.parts if parts is None else parts), "--columns", "ref", "-f", "json"]

    def differs(self, code, out, said):
        if code != 0:
            return f"exit code {code}; expected an answer"
        found = len(json.loads(out))
        return None if found == self.expected else f"got {found} facts; the table counts {self.expected}"


# ----- running ----------------------------------------------------------------------------------------------------------

RAW = re.compile(rb"(?i:sqlite|no such (column|table)|syntax error|panicked|a bug in facts)|SELECT ")


class Program:
    """The program under test, with its database."""

    def __init__(self, path, folder):
        self.path, self.database = os.path.abspath(path), os.path.join(folder, "facts.db")
        self.environment = {"HOME": folder, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.environ.get("PATH", "")}
        self.folder = folder

    def run(self, command):
        """The exit code, the answer and what else is said."""
        done = subprocess.run([self.path, *command, "--db", self.database], capture_output=True, cwd=self.folder,
                              env=self.environment, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout, done.stderr

    def must(self, command):
        code, out, said = self.run(command)
        if code != 0:
            sys.exit(f"{shlex.join(command)}: exit code {code}\n{said.decode()}")
        return out.decode()


def list_fields(program):
    """The fields of every kind, as `facts fields` lists them."""
    found = {}
    for kind in KINDS:
        rows = csv.DictReader(program.must(["fields", kind, "-f", "csv"]).splitlines())
        found[kind] = {row["field"]: Field(row["field"], row["type"], row["flag"], tuple(row["values"].split(", ")))
                       for row in rows}
        found[kind] |= {name: Field(name, "text", "", ()) for name in COLUMNS}
    return found


def more_towns(rng, some):
    """Further rows of the data set, so many that the program goes through its facts in another way."""
    parties = ["DPR,5001", "DPR,5002", "Green Band,5003", '"Poland, Ukraine",5004', "Iraq,", "Jordan,", ","]
    spots = ["Old Mill,36.16,43.26,Iraq", "Mosul,,,Iraq", ',,,"Iraq, Syria"', ",,,Yemen", ",,,"]
    dates = [date for date in DATES if "," not in date]
    rows = ([str(n + 100), rng.choice(dates), rng.choice(parties), rng.choice(spots),
             rng.choice(["", "0", "1", "2", "75"]), rng.choice(["", "north", "south"])] for n in range(some))
    return "".join(",".join(row) + "\n" for row in rows)


def make_world(program, rng, large=0):
    """The database, with a later import and facts that were changed since; and its export, read back."""
    fields = list_fields(program)
    folder = os.path.join(program.folder, "made-up")
    program.must(["seed", "-q"])
    make_folder(rng, fields, folder)
    program.must(["seed", folder, "-q"])
    for name, text in (("towns.csv", TOWNS + more_towns(rng, large)), ("towns.toml", DESCRIPTION)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(text)
    program.must(["import", os.path.join(folder, "towns.csv"), "--mapping", os.path.join(folder, "towns.toml"), "-q"])
    some = ["query", "casualties", "--source", "alpha,beta", "-w", "best is not null", "-f", "json"]
    rows = json.loads(program.must(some))
    for row in rng.sample(rows, 5):
        program.must(["edit", row["ref"], f"best={row['best'] + 1}", "-q"])
    export = os.path.join(program.folder, "export")
    program.must(["export", export, "-q"])
    return World(export, fields)


def systematic(asker, rng):
    """Every field of every kind with every operator, with an answer and without."""
    every = [(kind, name, op, is_full) for kind in [*KINDS, "all"] for name in fields_of(asker.world, kind)
             for op in OPERATORS for is_full in (True, False)]
    rng.shuffle(every)
    return every


def first_filter(asker, kind, name, op, is_full):
    field = fields_of(asker.world, kind)[name]
    facts = asker.by_kind[kind]
    for fact in asker.rng.sample(facts, min(len(facts), 60)):
        made = asker.where(kind, fact, field, op, is_full)
        if made:
            return made
    return asker.where(kind, facts[0], field, op, False)


def questions(asker, queries, tables):
    """So many queries and tables."""
    rng, made = asker.rng, []
    every = itertools.cycle(systematic(asker, rng))
    while len(made) < queries:
        first = next(every) if len(made) % 2 else None
        kind = first[0] if first else rng.choice([*KINDS, *KINDS, "all"])
        made.append(asker.query(kind, first and first_filter(asker, *first)))
    while len(made) < queries + tables:
        question = asker.table()
        made.append(question)
        lookups = list(question.lookups(rng))
        tables += len(lookups)
        made += lookups
    return made


def every_operator(asker):
    """A query for each field of each kind with each operator, with an answer and without."""
    made = []
    for kind, *of in systematic(asker, asker.rng):
        one = first_filter(asker, kind, *of)
        shape = [Filter("--columns", ("--columns", "ref"))]
        made.append(Query(asker.world, kind, [one], shape, ["ref"], [], None, 0, None))
    return made


def flagged(asker):
    """Some queries with each flag of a field, for faults that are planted there."""
    shape, made = [Filter("--columns", ("--columns", "ref"))], []
    for kind in KINDS * 6:
        for field in asker.world.fields[kind].values():
            one = field.flag and asker.flag(kind, asker.rng.choice(asker.by_kind[kind]), field)
            made += [Query(asker.world, kind, [one], shape, ["ref"], [], None, 0, None)] if one else []
    return made


def check(program, question, parts=None):
    """What is wrong with the answer to a question, if anything."""
    code, out, said = program.run(question.command(parts))
    if code not in (0, 1, 2) or RAW.search(said):
        return f"exit code {code}: {said.decode(errors='replace').strip()[:300]}"
    wrong = question.differs(code, out, said.decode())
    return wrong and (f"{wrong}\n    said: {said.decode(errors='replace').strip()[:200]}" if code else wrong)


def ask_all(program, asked):
    """Asks all questions, a few at once; the questions whose answers differ, with what is wrong."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return [(q, wrong) for q, wrong in zip(asked, pool.map(lambda q: check(program, q), asked)) if wrong]


class RoundTrip:
    """What is compared beside the questions: the export that all is read from can be loaded, and comes out the same."""

    @staticmethod
    def command():
        return ["seed", "export", "--db", "again.db"]


def round_trip(program):
    """What is wrong with the export, if anything."""
    export, again, copy = (os.path.join(program.folder, name) for name in ("export", "again", "again.db"))
    program = Program(program.path, program.folder)
    program.database = copy
    for command in (["seed", export, "-q"], ["export", again, "-q"]):
        code, _, said = program.run(command)
        if code != 0:
            return [f"exit code {code}: {said.decode().strip()[:300]}"]
    different = [name for name in sorted(os.listdir(export)) if name.endswith(".csv")
                 and open(os.path.join(export, name), "rb").read() != open(os.path.join(again, name), "rb").read()]
    return [f"not the same: {', '.join(different)}"] if different else []


# ----- planted faults ---------------------------------------------------------------------------------------------------


def without(tag, *others):
    """A fault: the program takes no notice of a part of the command, nor of what goes with it."""

    def plant(question):
        parts = [part for part in question.parts if part.tag not in (tag, *others)]
        return parts if any(part.tag == tag for part in question.parts) and not question.why else None

    return plant


def unguarded(why, across):
    """A fault: a guard is off; `across` is what turns it off."""

    def plant(question):
        if question.what != "table" or question.why != why:
            return None
        spec = question.spec
        off = [*spec.across, *across, *(units_of(spec.kind, spec.value) if why == "units" else [])]
        parts = [part for part in question.parts if part.tag != "--sum-across"]
        return [*parts, Filter("", ("--sum-across", ",".join(dict.fromkeys(off))))]

    return plant


def more(*args, of=lambda question: True):
    """A fault: something is done that nobody asked for."""
    return lambda question: None if question.why or not of(question) else [*question.parts, Filter("", args)]


def faults(world):
    flags = sorted({f"--{f.name.replace('_', '-')}" for kind in KINDS for f in world.fields[kind].values() if f.flag})
    tags = flags + ["--during", "--from", "--to", "--match", "--actor", "--of", "--with-support", "--exclusively",
                    "--scheme", "--not", *(f"-w {op}" for op in OPERATORS), "--limit", "--offset", "--sort", "--as-of",
                    "--published-by", "-e", "--cols", "--value", "--agg", "--totals", "--members", "--spread"]
    every = [field for kind in KINDS for field in world.fields[kind].values()]
    names = {f"--{field.name.replace('_', '-')}" for field in every if field.type in ("actor", "place")}
    with_it = lambda tag: (["--with-support", "--exclusively"] if tag in names | {"--actor", "--of"} else
                           ["--agg", "--sum-across"] if tag == "--value" else [])
    found = {f"{tag} left out": without(tag, *with_it(tag)) for tag in tags}
    found |= {f"guard off: {why}": unguarded(why, across) for why, across in (
        ("counts", ["source"]), ("sources", ["source", "topic", "date"]), ("topics", ["topic", "date"]),
        ("states", ["date"]), ("stocks", ["date"]), ("periods", ["date"]), ("units", []))}
    is_sum = lambda question: question.what == "table" and question.spec.value and not question.spec.agg
    found |= {"denied figures added": more("-w", "stance is not null", of=lambda table: table.what == "table" and table.left_out)}
    found |= {"sum taken for max": more("--agg", "max", of=is_sum), "sum taken for mean": more("--agg", "mean", of=is_sum)}
    return found


def plant_all(program, world, asked):
    """Whether each planted fault is found within the first questions that it touches. A refusal of what was left of a
    command is no fault that was found."""
    missed, all_faults = 0, faults(world)
    for name, plant in all_faults.items():
        touched = ((question, plant(question)) for question in asked)
        touched = [(question, parts) for question, parts in touched if parts is not None][:ENOUGH]
        at = next((n for n, one in enumerate(touched, 1) if is_found(program, *one)), None)
        missed += at is None
        print(f"found in question {at}: {name}" if at else f"NOT FOUND in {len(touched)} questions: {name}")
    print(f"{len(all_faults) - missed} of {len(all_faults)} planted faults found")
    return 1 if missed else 0


def is_found(program, question, parts):
    code, out, said = program.run(question.command(parts))
    return code < 2 and bool(question.differs(code, out, said.decode()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--tables", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", action="store_true")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--large", type=int, default=0, metavar="N")
    parser.add_argument("--keep")
    args = parser.parse_args()
    began = time.time()
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.abspath(args.keep or temporary)
        os.makedirs(folder, exist_ok=True)
        program = Program(args.facts, folder)
        rng = random.Random(args.seed)
        world = make_world(program, rng, args.large)
        asker = Asker(world, rng)
        asked = questions(asker, args.queries, args.tables)
        if args.every:
            asked += every_operator(asker)
        if args.plant:
            asked += flagged(asker)
            return plant_all(program, world, asked)
        wrong = ask_all(program, asked)
        wrong += [(RoundTrip(), why) for why in round_trip(program)]
    for question, why in wrong:
        print(f"facts {shlex.join(question.command())}\n    {why}\n")
    print(summary(world, asked, wrong, time.time() - began))
    return 1 if wrong else 0


def summary(world, asked, wrong, seconds):
    count = lambda what, is_refused: sum(q.what == what and bool(q.why) == is_refused for q in asked)
    cells = sum(q.cells() for q in asked if q.what == "table")
    full = sum(bool(q.facts()) for q in asked if q.what == "query" and not q.why)
    return (f"{len(world.facts)} facts; queries: {count('query', False)} answered ({full} with facts), "
            f"{count('query', True)} refused; tables: {count('table', False)} answered ({cells} cells), {count('table', True)} refused; "
            f"{count('cell', False)} cells looked up; {len(wrong)} differences; {seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
