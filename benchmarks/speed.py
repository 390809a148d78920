"""How many pages a second, against a bare Django page served beside them.

python benchmarks/speed.py [--fresh] [--explain] [--processor] [--large] [name of a page …]

Two gunicorns of two sync workers, the site's and that of `reference.py`, on the PostgreSQL
database of 5 000 initiatives that `scale.py` makes; DEBUG off, persistent connections. The load
comes from `wrk`, or from threads of this process where it is not installed. Each page is
measured in turn with the reference, several times: the ratio is the median of these rounds,
and means the same on any machine. SQL is counted apart, in one process; with `--large` it alone
is, at 50 000 initiatives. With `--processor`, the time of processor alone.
"""

import argparse
import cProfile
import http.client
import json
import os
import pstats
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
from scale import ROOT, make_database, server

COUNT, LARGE = 5_000, 50_000
SITE, REFERENCE = 8191, 8192
CLIENTS = 4
SECONDS, ROUNDS = 2, 3
# What each page must reach: times the reference, queries. None: only told.
TARGETS = {
    "répertoire": (0.5, 8),
    "initiative": (0.8, 8),
    "accueil": (0.6, 6),
    "territoire": (0.35, None),
    "rencontre": (0.35, None),
    "recherche": (0.35, None),
    "acteurs": (None, 8),
    "rencontres": (None, 8),
    "besoins": (None, 8),
}
# Milliseconds of database at most for a page, at 50 000 initiatives.
MOST_SQL = {"recherche": 25}
SETTINGS = {
    "DEBUG": "0",
    "SECRET_KEY": "a key of a measure, that signs nothing of value",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECURE_SSL_REDIRECT": "0",
    "LOG_LEVEL": "WARNING",
    "PUBLIC_CACHE": "0",
}

# What the script asks of itself, in a process of the site.
INSIDE = ("pages", "costs", "reference", "explain")


@contextmanager
def gunicorn(application, port, folder, **environment):
    """An application served by two sync workers, once it answers."""
    command = [
        str(Path(sys.executable).with_name("gunicorn")),
        *("--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error"),
        *("--backlog", "128", "--no-control-socket", application),
    ]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, env={**os.environ, **environment}, start_new_session=True
    )
    try:
        wait_for(port)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def wait_for(port, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"Rien ne répond sur le port {port}.")


def throughput(port, path, headers, seconds=SECONDS):
    """Requests a second; an answer that fails stops the whole measure."""
    headers = {"Connection": "close", **headers}
    if shutil.which("wrk"):
        return by_wrk(port, path, headers, seconds)
    return by_threads(port, path, headers, seconds)


def by_wrk(port, path, headers, seconds):
    address = f"http://127.0.0.1:{port}{path}"
    said_headers = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", *said_headers, address]
    said = subprocess.run(  # noqa: S603 - our own command
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{path} : {said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))


def by_threads(port, path, headers, seconds):
    deadline = time.monotonic() + seconds
    counts = [0] * CLIENTS

    def ask(client):
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            connection.close()
            if response.status not in {200, 304}:
                raise RuntimeError(f"{path} : {response.status}")
            counts[client] += 1

    threads = [threading.Thread(target=ask, args=[client]) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def warm_up(port, path):
    """Each worker has read what it keeps, before anything is counted."""
    for _ in range(8):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Connection": "close"})
        connection.getresponse().read()
        connection.close()


def measured(path, **headers):
    """The median throughputs of a page and of the reference, and that of their ratios."""
    for port, asked in ((SITE, path), (REFERENCE, "/")):
        warm_up(port, asked)
    rounds = [
        (throughput(REFERENCE, "/", {}), throughput(SITE, path, headers)) for _ in range(ROUNDS)
    ]
    references, pages = zip(*rounds, strict=True)
    return median(pages), median(references), median(p / r for r, p in rounds)


def in_site(asked, *names, database):
    """Run this very script in a process of the site; what it says on its last line, if JSON."""
    said = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, __file__, "--inside", asked, *names],
        env={**os.environ, **SETTINGS, "DATABASE_URL": database},
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE if asked != "explain" else None,
        text=True,
    ).stdout
    return said and json.loads(said.splitlines()[-1])


def main(given):
    """Measure, and say which targets are missed."""
    count = LARGE if given.large else COUNT
    database = make_database("postgresql", count, fresh=given.fresh)
    wanted = [name for name in TARGETS if name in given.names] or list(TARGETS)
    if given.explain:
        in_site("explain", *wanted, database=database)
        return
    pages = in_site("pages", database=database)
    collect_static(database)
    costs = in_site("costs", *wanted, database=database)
    if count == LARGE:
        for name, cost in costs.items():
            most = MOST_SQL.get(name, 10)
            spent, queries = cost["sql"], cost["queries"]
            print(f"  {name:12} {spent:4.1f} ms de base (cible {most}), {queries} requêtes")
        return
    reference = in_site("reference", database=database)["processor"]
    print(f"  en temps de processeur, hors serveur web (la référence : {reference:.1f} ms)")
    for name, cost in costs.items():
        ratio = reference / cost["processor"]
        print(
            f"  {name:12} {cost['processor']:5.1f} ms, rapport {ratio:4.2f} |"
            f" {cost['queries']:2} requêtes (cible {TARGETS[name][1] or '–'}),"
            f" {cost['sql']:4.1f} ms de base, {cost['size'] / 1024:3.0f} ko",
            flush=True,
        )
    if given.processor:
        return
    environment = {**SETTINGS, "DATABASE_URL": database}
    print(f"{COUNT} initiatives, {server()}, deux gunicorns de deux processus")
    with ExitStack() as stack:
        stack.enter_context(
            gunicorn("reference:application", REFERENCE, ROOT / "benchmarks", **environment)
        )
        stack.enter_context(gunicorn("coopemploi.wsgi", SITE, ROOT, **environment))
        missed = [name for name in wanted if not report(name, pages[name], costs[name])]
    with ExitStack() as stack:
        stack.enter_context(
            gunicorn("reference:application", REFERENCE, ROOT / "benchmarks", **environment)
        )
        stack.enter_context(
            gunicorn("coopemploi.wsgi", SITE, ROOT, **{**environment, "PUBLIC_CACHE": "1"})
        )
        print("avec le cache public (cible : 6 fois la référence)")
        missed += [name for name in ("répertoire", "accueil") if not report_cached(name, pages)]
    print(f"Cibles manquées : {', '.join(missed) or 'aucune'}")


def report(name, path, cost):
    pages, reference, ratio = measured(path)
    target, most = TARGETS[name]
    print(
        f"  {name:12} {pages:6.0f} pages/s, référence {reference:5.0f}, rapport {ratio:4.2f}"
        f" (cible {target or '–'}) | {cost['queries']:2} requêtes (cible {most or '–'}),"
        f" {cost['sql']:4.1f} ms de base, {cost['size'] / 1024:4.0f} ko",
        flush=True,
    )
    return (not target or ratio >= target) and (not most or cost["queries"] <= most)


def report_cached(name, addresses):
    """A kept page: plain, compressed as browsers ask for it, and unchanged."""
    path = addresses[name]
    asked = {"entière": {}, "compressée": {"Accept-Encoding": "gzip"}}
    asked["304"] = {"If-None-Match": etag_of(path)}
    ratios = []
    for way, headers in asked.items():
        pages, reference, ratio = measured(path, **headers)
        ratios.append(ratio)
        print(
            f"  {name:12} {way:10} {pages:6.0f} pages/s, référence {reference:5.0f},"
            f" rapport {ratio:4.1f}"
        )
    return min(ratios) >= 6


def etag_of(path):
    warm_up(SITE, path)
    connection = http.client.HTTPConnection("127.0.0.1", SITE, timeout=10)
    connection.request("GET", path)
    etag = connection.getresponse().headers["ETag"]
    connection.close()
    return etag


def collect_static(database):
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=ROOT,
        env={**os.environ, **SETTINGS, "DATABASE_URL": database},
        check=True,
    )


# In a process of the site


def addresses():
    """The pages that are measured: an ordinary initiative, a département, a full recap."""
    from django.db.models import Count
    from django.urls import reverse

    from events.models import Event, Recap
    from initiatives.models import Initiative
    from territories.models import Territory

    initiatives = Initiative.objects.published().annotate(Count("involvements")).order_by("pk")
    recaps = Recap.objects.published().filter(event__in=Event.objects.published())
    fullest = recaps.annotate(size=Count("verbatims")).order_by("-size").first()
    return {
        "accueil": "/",
        "répertoire": "/initiatives/",
        "initiative": initiatives[COUNT // 2].get_absolute_url(),
        "territoire": Territory.objects.get_by_reference("departement:40").get_absolute_url(),
        "rencontre": fullest.event.get_absolute_url(),
        "recherche": "/recherche/?q=garage+solidaire",
        "acteurs": reverse("actor_list"),
        "rencontres": reverse("event_list") + "?periode=passees",
        "besoins": reverse("exchange_list"),
    }


def cost_of(path, client, runs=30):
    """Medians of one request: its queries, milliseconds of SQL and of processor, bytes."""
    from django.db import connection

    spent, databases = [], []

    def timed(execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - started)

    client.get(path)
    began = processor_time(connection)
    for _ in range(runs):
        response = client.get(path)
    processor = (processor_time(connection) - began) / runs
    if response.status_code != 200:
        raise SystemExit(f"{path} : {response.status_code}")
    with connection.execute_wrapper(timed):
        for _ in range(9):
            spent.clear()
            client.get(path)
            databases.append(sum(spent))
    return {
        "queries": len(spent),
        "sql": 1000 * median(databases),
        "processor": 1000 * processor,
        "size": len(response.content),
    }


def processor_time(connection):
    """Seconds of processor, of this process and of what serves it in PostgreSQL on this machine.

    Unlike a throughput, it depends little on what else the machine does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def explain(name, path, client):
    """The queries of a page, and the functions it spends its time in."""
    from django.db import connection

    times = {}

    def tell(execute, sql, params, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            times.setdefault(sql, []).append(1000 * (time.perf_counter() - began))

    print(f"{name} : {path}")
    client.get(path)
    with connection.execute_wrapper(tell):
        for _ in range(20):
            client.get(path)
    for sql, spent in times.items():
        said = re.sub(r"SELECT .*? FROM", "SELECT … FROM", sql)[:240]
        print(f"  {len(spent) / 20:4.1f} × {min(spent):5.1f} ms  {said}")
    profiler = cProfile.Profile(time.process_time)
    with profiler:
        for _ in range(20):
            client.get(path)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def inside(asked, names):
    if asked == "reference":
        import reference  # noqa: F401 - it configures Django
        from django.test import Client

        print(json.dumps(cost_of("/", Client(SERVER_NAME="127.0.0.1"))))
        return
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")
    import django

    django.setup()
    from django.test import Client

    pages = addresses()
    if asked == "pages":
        print(json.dumps(pages))
        return
    client = Client(SERVER_NAME="127.0.0.1")
    if asked == "explain":
        for name in names:
            explain(name, pages[name], client)
        return
    print(json.dumps({name: cost_of(pages[name], client) for name in names}))


def page(name):
    # Not `choices`: of no name at all, they refuse the empty list.
    if name not in TARGETS:
        raise argparse.ArgumentTypeError(f"« {name} » n'est pas une page mesurée")
    return name


def options(arguments=None):
    parser = argparse.ArgumentParser(description="Le débit des pages, contre une page Django nue.")
    parser.add_argument(
        "names",
        nargs="*",
        type=page,
        metavar="page",
        help=f"{', '.join(TARGETS)} ; toutes sinon",
    )
    parser.add_argument("--fresh", action="store_true", help="refaire la base de mesure")
    parser.add_argument(
        "--explain", action="store_true", help="dire les requêtes, et où passe le temps"
    )
    parser.add_argument("--processor", action="store_true", help="le temps de processeur seulement")
    parser.add_argument(
        "--large", action="store_true", help="le temps de base, à 50 000 initiatives"
    )
    parser.add_argument("--inside", choices=INSIDE, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    given = options()
    if given.inside:
        inside(given.inside, given.names)
    else:
        main(given)
