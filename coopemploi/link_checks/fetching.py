"""Looking at an address as a visitor would, without reading more of it than its answer.

Addresses come from records: one that leads into the machine's own network is never opened.
"""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urljoin, urlsplit

TIMEOUT = 8  # seconds
MOST_REDIRECTIONS = 5
AGENT = "Coopemploi, verification des liens"
# An answer to a robot that says nothing of what a visitor would see.
UNTOLD = {401, 403, 405, 406, 408, 425, 429, 451, 500, 502, 503, 504, 999}


class UnreachableError(Exception):
    """Why an address answers nobody, in French."""


def complaint_about(url):
    """Why `url` is dead, in French; nothing when it answers, or when nobody can tell."""
    for _ in range(MOST_REDIRECTIONS):
        try:
            status, location = _ask(url)
        except UnreachableError as error:
            return str(error)
        if status in {301, 302, 303, 307, 308} and location:
            url = urljoin(url, location)
            continue
        if status >= 400 and status not in UNTOLD:
            return "page introuvable" if status in {404, 410} else f"erreur {status}"
        return ""
    return "renvoie sans fin d'une adresse à l'autre"


def _ask(url):
    """The status and the redirection that `url` answers; `UnreachableError` when it does not."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise UnreachableError("adresse mal écrite") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise UnreachableError("adresse mal écrite")
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.sock = _open(host, port, is_secure=parts.scheme == "https")
        path = parts.path or "/"
        connection.request(
            "GET",
            f"{path}?{parts.query}" if parts.query else path,
            headers={"User-Agent": AGENT, "Accept": "*/*"},
        )
        response = connection.getresponse()
        return response.status, response.getheader("Location")
    except ssl.SSLCertVerificationError:
        raise UnreachableError("certificat refusé") from None
    except TimeoutError:
        raise UnreachableError("ne répond pas") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise UnreachableError("connexion impossible") from None
    finally:
        connection.close()


def _open(host, port, *, is_secure):
    """A socket to a public address of `host`: the one checked is the one opened."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise UnreachableError("nom de domaine inconnu") from None
    public = [each[4][0] for each in found if ipaddress.ip_address(each[4][0]).is_global]
    if not public:
        raise UnreachableError("adresse d'un réseau privé")
    opened = socket.create_connection((public[0], port), timeout=TIMEOUT)
    if not is_secure:
        return opened
    return ssl.create_default_context().wrap_socket(opened, server_hostname=host)
