"""Fail unless the page at an address answers 200 and holds a text."""

import sys
import urllib.request

address, expected = sys.argv[1:]
with urllib.request.urlopen(address, timeout=10) as response:
    body = response.read().decode()
if expected not in body:
    sys.exit(f"« {expected} » manque à {address}")
