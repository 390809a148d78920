"""The faults in a minute or so, for each change: 0 lost, 0 refused, and the site recovers.

python benchmarks/faults/short.py — durations are printed, and judged by `make check-long`
alone: a machine may be busy. On SQLite; small disks are tried by root only, who mounts them.
"""

import os
import tempfile
import time

import disk
import sqlite_clients
import workers

SECONDS = 6


def main():
    wrong = [*clients(), *killed_and_reloaded()]
    if os.getuid() == 0:
        wrong += [*disk.database_without_room(), *disk.files_without_room()]
    else:
        print("disque plein : non essayé, il faut être root pour monter un petit disque")
    if wrong:
        raise SystemExit(" ; ".join(wrong))


def clients():
    failures, lost, _ = sqlite_clients.run(SECONDS / 2, ours=True)
    return ["SQLite refuse ou perd des écritures"] if failures or lost else []


def killed_and_reloaded():
    with tempfile.TemporaryDirectory() as folder:
        environment = workers.new_site(folder)
        with workers.gunicorn(environment) as process:
            time.sleep(1)
            lost, _ = workers.kill_at_random(process, SECONDS, environment)
            failed = workers.reload_under_load(process, SECONDS)
    return [
        *(["des écritures confirmées sont perdues"] if lost else []),
        *(["le rechargement refuse des demandes"] if failed else []),
    ]


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"pannes : {time.monotonic() - began:.0f} s")
