"""What Lighthouse says of the main pages, on a phone, of the site served as in production.

python benchmarks/lighthouse.py [address …]

`make demo` first: the pages are those of its database, or of DATABASE_URL. Needs npm, which
installs Lighthouse in `var/lighthouse`, and Chromium (CHROMIUM, or /usr/bin/chromium).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parent))
from scale import ROOT
from speed import SETTINGS, collect_static, gunicorn

PORT = 8193
VERSION = "12.8.2"
FOLDER = ROOT / "var" / "lighthouse"
LIGHTHOUSE = FOLDER / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
LEAST = 98  # of 100, in each category; and nothing may move
# On a busy machine it sometimes misses the beginning of a page.
TRIES = 3
PAGES = [
    "/",
    "/initiatives/",
    "/initiatives/?vue=carte",
    "/initiatives/tzcld-castillon-la-bataille/",
    "/territoires/epci/244000675/",
    "/acteurs/grand-dax/",
    "/besoins-et-offres/",
    "/evenements/",
    "/evenements/webinaire-cooperation-locale-pour-l-emploi-2021/",
    "/actions/",
    "/qui-coopere-avec-qui/",
    "/chiffres/",
]


def install():
    if not LIGHTHOUSE.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-save", "--prefix", str(FOLDER)]
        subprocess.run([*command, f"lighthouse@{VERSION}"], check=True)  # noqa: S603 - our own command


def audit(path):
    """({category: score of 100}, how far the page moved, its weight in bytes)."""
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    command = [
        str(LIGHTHOUSE),
        f"http://127.0.0.1:{PORT}{path}",
        *("--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"),
        f"--chrome-flags={flags}",
    ]
    environment = {**os.environ, "CHROME_PATH": os.environ.get("CHROMIUM", "/usr/bin/chromium")}
    for _ in range(TRIES):
        asked = subprocess.run(  # noqa: S603 - our own command
            command, env=environment, check=False, stdout=subprocess.PIPE, text=True
        )
        if asked.returncode == 0:
            break
    else:
        raise SystemExit(f"Lighthouse ne finit pas {path}.")
    report = json.loads(asked.stdout)
    scores = {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}
    audits = report["audits"]
    moved = audits["cumulative-layout-shift"]["numericValue"]
    return scores, round(moved, 3), round(audits["total-byte-weight"]["numericValue"])


def main(paths):
    """Say the scores, and which pages miss them."""
    install()
    default = f"sqlite:///{ROOT / 'var' / 'coopemploi.sqlite3'}"
    database = os.environ.get("DATABASE_URL", default)
    collect_static(database)
    settings = {**SETTINGS, "PUBLIC_CACHE": "1", "DATABASE_URL": database}
    missed = []
    with gunicorn("coopemploi.wsgi", PORT, ROOT, **settings):
        for path in paths or PAGES:
            # The first to ask pays for what the process then keeps: it is not this visitor.
            urlopen(f"http://127.0.0.1:{PORT}{path}").read()
            scores, moved, weight = audit(path)
            told = " ".join(f"{score:3}" for score in scores.values())
            print(f"  {told}  CLS {moved:g}  {weight / 1000:3.0f} ko  {path}", flush=True)
            if min(scores.values()) < LEAST or moved:
                missed.append(path)
    print(f"Sous {LEAST}, ou qui bougent : {', '.join(missed) or 'aucune'}")
    return bool(missed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Les notes de Lighthouse, page par page.")
    parser.add_argument(
        "paths", nargs="*", metavar="adresse", help="« /initiatives/ » ; les principales sinon"
    )
    sys.exit(main(parser.parse_args().paths))
