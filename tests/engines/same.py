#!/usr/bin/env python3
"""Asks a database and a published copy of it the same random questions: the answers must be equal, byte for byte.

    tests/engines/same.py FACTS sqlite
    tests/engines/same.py FACTS duckdb --queries 500 --tables 300
    tests/engines/same.py FACTS postgres --url postgres://localhost/facts --ask postgres://reader@localhost/facts
    tests/engines/same.py FACTS spark --queries 20 --tables 20

The questions are those of tests/oracle/answers.py, and one for each kind about texts that an engine may take for something
else. What a published copy refuses (source columns without a field, states
of earlier times) is counted and not compared. Exit code: 0 no difference, 1 differences.
"""
import argparse
import collections
import csv
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "oracle"))
import answers  # noqa: E402

REFUSED = b"a published copy cannot"


def publish(program, engine, url, asked_at):
    """Publishes the database for an engine; what `--db` calls the copy."""
    if engine == "postgres":
        program.must(["publish", url, "-q"])
        return asked_at or url
    target = "sqlite:" + os.path.join(program.folder, "flat.db") if engine == "sqlite" else os.path.join(program.folder, "lake")
    program.must(["publish", target, "-q"])
    return target if engine == "sqlite" else f"{engine}:{target}"


TEXTS = ["a,b;c|d\te", "\"quoted\" and 'quoted'", "two\nlines", "\\. \\N NULL \\copy $$ -- /* */ ;", "=1+2 {x} ${y} %s ?",
         "العربية 中文 e\u0301 😀", "\ufeffmark \u200bzero", "NaN", "1e309", "'; DROP TABLE events; --", "back\\slash\\"]


def add_hostile_texts(program):
    """Adds facts of each kind whose texts an engine or its client may take for something else; the questions that ask for
    them."""
    program.must(["source", "add", "hostile", "--title", "'; DROP TABLE sources; --", "-q"])
    rows, questions = [], []
    for kind in answers.KINDS:
        fields = list(csv.DictReader(program.must(["fields", kind, "-f", "csv"]).splitlines()))
        given = [field for field in fields if field["need"] in ("required", "optional")]
        texts = [field["field"] for field in given if field["type"] == "text" and field["field"] != "quote"]
        for n, text in enumerate(TEXTS):
            row = {"kind": kind, "source": "hostile", "key": f"{kind}-{n}"}
            for field in given:
                if field["field"] in texts:
                    row[field["field"]] = text
                elif field["need"] == "required" and field["field"] not in row:
                    row[field["field"]] = field["values"].split(", ")[0] or "Iraq"
            rows.append(json.dumps(row))
        columns = ",".join(["key", *texts])
        questions.append(["query", kind, "--source", "hostile", "--sort", "key", "--columns", columns, "--format", "jsonl"])
    path = os.path.join(program.folder, "hostile.jsonl")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(rows))
    program.must(["add", "--from", path, "-q"])
    return questions


def ask(program, copy, command):
    """The exit code, the answer and what else is said, by a copy."""
    environment = {**os.environ, **program.environment, "PATH": os.environ["PATH"]}
    done = subprocess.run([program.path, *command, "--db", copy], capture_output=True, cwd=program.folder,
                          env=environment, timeout=600, check=False)
    return done.returncode, done.stdout, done.stderr


def difference(program, copy, command):
    """What a copy answers otherwise than the database; None if it refuses the question, '' if nothing."""
    there = ask(program, copy, command)
    if there[0] == 2 and REFUSED in there[2]:
        return None
    here = program.run(command)
    if "--sort=none" in command:
        # in no order: which ones a limit leaves is left open
        some = any(word in command for word in ("--limit", "--offset"))
        here, there = [(code, b"" if some else sorted(line.rstrip(b",") for line in out.split(b"\n")), said) for code, out, said in (here, there)]
    if here == there:
        return ""
    if here[:2] == there[:2]:
        return f"said here: {here[2].decode()}said there: {there[2].decode()}"
    show = lambda answer: f"{answer[0]} {str(answer[1])[:600]}{answer[2].decode()[:600]}"
    return f"here: {show(here)}\nthere: {show(there)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("facts")
    parser.add_argument("engine", choices=["sqlite", "duckdb", "postgres", "spark"])
    parser.add_argument("--url")
    parser.add_argument("--ask")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        program = answers.Program(args.facts, folder)
        rng = random.Random(args.seed)
        asker = answers.Asker(answers.make_world(program, rng), rng)
        hostile = add_hostile_texts(program)
        copy = publish(program, args.engine, args.url, args.ask)
        asked = hostile + [question.command() for question in answers.questions(asker, args.queries, args.tables)]
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda command: difference(program, copy, command), asked))
    wrong = [(command, why) for command, why in zip(asked, found) if why]
    for command, why in wrong:
        print(f"facts {shlex.join(command)}\n{why}\n")
    kinds = collections.Counter(command[0] for command, why in zip(asked, found) if why is not None)
    print(f"{args.engine}: {dict(kinds)} compared, {found.count(None)} refused by the copy, {len(wrong)} differences; "
          f"{time.time() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
