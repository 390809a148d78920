"""What lists and searches cost at 50 000 initiatives, against 1 000, on both databases.

python benchmarks/scale.py [sqlite|postgresql …]

Two databases of each kind are made from the demonstration and kept for the next time:
SQLite's in var/bench/, PostgreSQL's on the server of BENCH_POSTGRESQL, by default
postgres://postgres@127.0.0.1:5432. `--fresh` makes them anew. Each is measured by a process
of its own; a figure only means something beside the other of the same run.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
VENDORS = ("sqlite", "postgresql")
SMALL, LARGE = 1_000, 50_000
RUNS = 9
MEGABYTE = 1024 * 1024
# Rare, usual, and in nearly every record.
SEARCHES = ("cybersécurité", "garage solidaire", "mobilité jeunes", "emploi")
# A seventh of the list, and all of it: what is streamed takes the same memory.
EXPORTS = ("avancement=ongoing&format=csv", "format=csv", "format=xlsx")
FACETED = "/initiatives/?theme=mobilite&region=75&avancement=ongoing"


def server():
    return os.environ.get("BENCH_POSTGRESQL", "postgres://postgres@127.0.0.1:5432").rstrip("/")


def address(vendor, count):
    if vendor == "sqlite":
        return f"sqlite:///{VAR / f'{count}.sqlite3'}"
    return f"{server()}/coopemploi_bench_{count}"


def run(command, database):
    """The output of a command on a database."""
    environment = {**os.environ, "DATABASE_URL": database, "DEBUG": "1"}
    return subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *command], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout.decode()


def prepare(vendor, fresh):
    """The two databases, made when they are not there."""
    for count in (SMALL, LARGE):
        make_database(vendor, count, fresh)


def make_database(vendor, count, fresh=False):
    """The address of the database of so many initiatives, made when it is not there."""
    database = address(vendor, count)
    is_new = make_empty(vendor, count, fresh)
    run(["manage.py", "migrate", "-v0"], database)
    if is_new:
        print(f"  {vendor}, {count} initiatives : préparation…", flush=True)
        run(["manage.py", "load_territories"], database)
        run(["manage.py", "load_demo"], database)
        run(["manage.py", "seed_scale", "--no-index", f"--initiatives={count}"], database)
        started = time.perf_counter()
        run(["manage.py", "rebuild_search"], database)
        print(f"    index et listes reconstruits en {time.perf_counter() - started:.0f} s")
        if vendor == "postgresql":
            gather_statistics(count)
    return database


def gather_statistics(count):
    """What PostgreSQL does by itself after a while, unless somebody turned that off."""
    import psycopg

    with psycopg.connect(address("postgresql", count), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def make_empty(vendor, count, fresh):
    """Make an empty database; False when there is one already."""
    if vendor == "sqlite":
        VAR.mkdir(parents=True, exist_ok=True)
        file = VAR / f"{count}.sqlite3"
        if fresh:
            file.unlink(missing_ok=True)
        return not file.exists()
    import psycopg

    name = f"coopemploi_bench_{count}"
    with psycopg.connect(f"{server()}/postgres", autocommit=True) as connection:
        if fresh:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(f"CREATE DATABASE {name}")
    return True


# In a process of its own, on one database


class Costs:
    """Requests of the site, and what they cost."""

    def __init__(self):
        from django.conf import settings
        from django.db import connection
        from django.test import Client

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.DEBUG = False
        self.client, self.connection = Client(), connection
        self.spent, self.queries = 0.0, 0

    def _time(self, execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent += time.perf_counter() - started
            self.queries += 1

    def of(self, path):
        """Medians of several requests: milliseconds in all, of database; queries."""
        self.client.get(path)
        alls, databases = [], []
        with self.connection.execute_wrapper(self._time):
            for _ in range(RUNS):
                self.spent, self.queries = 0.0, 0
                started = time.perf_counter()
                response = self.client.get(path)
                alls.append(time.perf_counter() - started)
                databases.append(self.spent)
                if response.status_code != 200:
                    raise SystemExit(f"{path} : {response.status_code}")
        return {
            "all": 1000 * median(alls),
            "database": 1000 * median(databases),
            "queries": self.queries,
        }


def measure():
    """Every figure of one database, as JSON."""
    from urllib.parse import quote

    costs = Costs()
    found = {
        "liste": costs.of("/initiatives/"),
        "facettes": costs.of(FACETED),
        "page 1": costs.of("/initiatives/?page=1"),
    }
    if costs.client.get("/initiatives/?page=500").status_code == 200:
        found["page 500"] = costs.of("/initiatives/?page=500")
    for words in SEARCHES:
        found[f"liste, « {words} »"] = costs.of(f"/initiatives/?q={quote(words)}")
        found[f"recherche, « {words} »"] = costs.of(f"/recherche/?q={quote(words)}")
        found[f"20 premiers, « {words} »"] = top_20(words)
    print(json.dumps(found))


def top_20(words):
    """Milliseconds to find and rank the records of a query, without the page around."""
    from django.db import connection

    from coopemploi.search import ranking, synonyms
    from coopemploi.search.catalogue import catalogue_of
    from initiatives.models import Initiative

    catalogue = catalogue_of(Initiative)
    clauses = synonyms.read_query(words)
    spent = []

    def timed(execute, sql, params, many, context):
        started = time.perf_counter()
        result = execute(sql, params, many, context)
        spent[-1] += time.perf_counter() - started
        return result

    with connection.execute_wrapper(timed):
        for _ in range(RUNS):
            spent.append(0.0)
            ranking.Ranked(catalogue, clauses, words)
    return {"all": 0, "database": 1000 * median(spent), "queries": 0}


def export(query):
    """Write a list in a format, and print what memory it took, in bytes."""
    costs = Costs()
    costs.client.get("/initiatives/")  # the catalogue is in memory, as in a running process
    costs.client.get(f"/initiatives/?q=introuvable&{query}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, size = time.perf_counter(), 0
    for chunk in costs.client.get(f"/initiatives/?{query}"):
        size += len(chunk)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "memory": (peak - before) * 1024,
                "seconds": time.perf_counter() - started,
                "size": size,
            }
        )
    )


# The table


def report(vendor):
    small, large = (
        json.loads(run([__file__, "--measure"], address(vendor, count))) for count in (SMALL, LARGE)
    )
    print(f"\n{vendor} : {LARGE} initiatives, et {SMALL}")
    print(f"  {'':40} {'ms':>7} {'à 1 000':>8} {'rapport':>8} {'ms de base':>11} {'requêtes':>9}")
    for name, cost in large.items():
        other = small.get(name, large["page 1"] if name == "page 500" else cost)
        if not cost["all"]:
            print(f"  {name:40} {'':>7} {'':>8} {'':>8} {cost['database']:>11.1f}")
            continue
        print(
            f"  {name:40} {cost['all']:>7.1f} {other['all']:>8.1f} "
            f"{cost['all'] / other['all']:>8.2f} {cost['database']:>11.1f} {cost['queries']:>9}"
        )
    for query in EXPORTS:
        cost = json.loads(run([__file__, "--export", query], address(vendor, LARGE)))
        print(
            f"  {query:30} {cost['memory'] / MEGABYTE:>4.0f} Mo de plus en mémoire, "
            f"{cost['seconds']:.1f} s, {cost['size'] / MEGABYTE:.1f} Mo écrits"
        )


def main(vendors, fresh):
    for vendor in vendors:
        prepare(vendor, fresh)
        report(vendor)


def vendor(name):
    # Not `choices`: of no name at all, they refuse the empty list.
    if name not in VENDORS:
        raise argparse.ArgumentTypeError(f"« {name} » n'est pas une base connue")
    return name


def options(arguments=None):
    parser = argparse.ArgumentParser(description="Ce que coûtent les listes à grande échelle.")
    parser.add_argument(
        "vendors",
        nargs="*",
        type=vendor,
        metavar="base",
        help="sqlite, postgresql ; les deux sinon",
    )
    parser.add_argument("--fresh", action="store_true", help="refaire les bases de mesure")
    # How the script calls itself, on one database.
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--export", metavar="QUERY", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    given = options()
    if given.measure or given.export:
        sys.path.insert(0, str(ROOT))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
        import django

        django.setup()
        measure() if given.measure else export(given.export)
    else:
        main(given.vendors or VENDORS, given.fresh)
