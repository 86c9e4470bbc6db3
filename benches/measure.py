"""Runs commands and measures them: what benches/run and benches/waits have in common."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BENCHES = os.path.dirname(os.path.abspath(__file__))


def arguments(about):
    """The arguments that both take."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", default="target/release/facts", help="the program to measure")
    parser.add_argument("--rows", type=int, default=350_000, help="how many events")
    parser.add_argument("--runs", type=int, default=5, help="how often each command runs; the median counts")
    parser.add_argument("--own-places", action="store_true", help="events of which nearly each has a place of its own")
    parser.add_argument("--file", help="a file in the layout of UCDP GED")
    parser.add_argument("--json", help="write each line as an object of JSON here")
    parser.add_argument("--keep", help="work in this folder and leave it there")
    return parser


class Sample(float):
    """The median of some measurements, with the quarter below and above which the others lie."""

    def __new__(cls, measured):
        made = super().__new__(cls, statistics.median(measured))
        inner = sorted(measured)[len(measured) // 4: len(measured) - len(measured) // 4]
        made.low, made.high = inner[0], inner[-1]
        return made


class Bench:
    """A folder to work in, and the program that is measured there."""

    def __init__(self, args, once=False):
        self.args = args
        self.most_runs = 1 if once else None
        self.program = os.path.abspath(args.facts)
        if not os.access(self.program, os.X_OK):
            sys.exit(f"no program at {self.program}: cargo build --release makes one, --facts names another")
        self.json = args.json and os.path.abspath(args.json)
        self.events = args.file and os.path.abspath(args.file)
        self.folder = os.path.abspath(args.keep) if args.keep else tempfile.mkdtemp(prefix="facts-bench-")
        os.makedirs(self.folder, exist_ok=True)
        os.chdir(self.folder)
        os.environ.update(FACTS_DB="facts.db", NO_COLOR="1", XDG_CONFIG_HOME=self.folder)
        if not self.events:
            self.events = os.path.abspath("events.csv")
            write_events(self.events, args.rows, own_places=args.own_places)
        self.imports = ("import", self.events, "--dataset", "ucdp-ged", "--release", "1")

    def took(self, command, runs=None, **how):
        return Took(command, runs=self.most_runs or runs or self.args.runs, **how)

    def facts(self, *command, **how):
        return self.took([self.program, *command], **how)

    def end(self):
        if not self.args.keep:
            shutil.rmtree(self.folder)


class Took:
    """The seconds, those of the processors (CPU) and the peak memory (MB) of a command, and what it printed. Where its answer is
    streamed, through a pipe, also the seconds until it begins."""

    def __init__(self, command, runs, before=None, wanted=0, env=None, streamed=False):
        seconds, first, cpu, peaks = [], [], [], []
        for _ in range(runs):
            if before:
                before()
            with open("out.txt", "wb") as out, open("err.txt", "wb") as err:
                start = time.perf_counter()
                child = subprocess.Popen(command, stdout=subprocess.PIPE if streamed else out, stderr=err, env=env and {**os.environ, **env})
                if streamed:
                    piece = child.stdout.read1(1 << 16)
                    first.append(time.perf_counter() - start)
                    while piece:
                        out.write(piece)
                        piece = child.stdout.read1(1 << 20)
                _, status, usage = os.wait4(child.pid, 0)
                seconds.append(time.perf_counter() - start)
                cpu.append(usage.ru_utime + usage.ru_stime)
                child.returncode = os.waitstatus_to_exitcode(status)
            peaks.append(usage.ru_maxrss / 1024)
            if child.returncode != wanted:
                sys.exit(f"{' '.join(command)}: exit {child.returncode}\n{open('err.txt').read()[:2000]}")
        self.seconds, self.cpu, self.peak = (Sample(all) for all in (seconds, cpu, peaks))
        self.first = Sample(first) if streamed else None
        # what this script holds in memory counts as that of its children: long answers are left on the disk
        self.lines, self.out = 0, ""
        with open("out.txt", encoding="utf-8", errors="replace") as out:
            for text in out:
                self.lines += text.startswith("ucdp-ged:")
                if len(self.out) < 1_000_000:
                    self.out += text


def write_events(path, rows, **how):
    """Makes events in a process of their own: a child's peak begins with what this script holds."""
    make = f"import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {BENCHES!r}); import events; events.write({path!r}, {rows}, **{how!r})"
    subprocess.run([sys.executable, "-c", make], check=True)


def remove(*names):
    for name in names:
        if os.path.isdir(name):
            shutil.rmtree(name)
        elif os.path.exists(name):
            os.remove(name)
