"""Exit 0 once the PostgreSQL of DATABASE_URL answers, 1 after 20 seconds."""

import os
import sys
import time

import psycopg

deadline = time.monotonic() + 20
while True:
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=3) as connection:
            connection.execute("SELECT 1")
        break
    except psycopg.OperationalError as error:
        if time.monotonic() > deadline:
            sys.exit(f"{error}")
        time.sleep(1)
