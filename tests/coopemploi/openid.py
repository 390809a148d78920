"""A tiny OpenID Connect provider, on this machine: its discovery, its keys, its tokens."""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "coopemploi", "secret-du-client"
PERSON = {
    "sub": "abc-123",
    "email": "Camille@Example.org",
    "given_name": "Camille",
    "usual_name": "Exemple",
}


class Provider:
    """What it answers can be changed by a test before each sign-in."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.person = dict(PERSON)
        self.signs_claims = True
        self.id_claims = {}
        self.token_status = 200
        self.asked = None

    def authorize(self, url):
        """What the provider's own page does once the person agreed; the address to go back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.asked = query
        return f"{query['redirect_uri']}?code=le-code&state={query['state']}"

    def signed(self, claims):
        times = {"iat": int(time.time()), "exp": int(time.time()) + 60}
        claims = {"iss": self.url, "aud": CLIENT_ID, **times, **claims}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "clef"})

    def answer(self, path, form, headers):
        if path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo")
            return 200, {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                **{f"{name}_endpoint": f"{self.url}/{name}" for name in names},
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [{**public, "kid": "clef", "alg": "RS256"}]}
        if path == "/token":
            return self.token(form)
        if path == "/userinfo" and headers["Authorization"] == "Bearer le-jeton":
            return 200, self.signed(self.person) if self.signs_claims else self.person
        return 404, {}

    def token(self, form):
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        expected = (CLIENT_ID, SECRET, "le-code", self.asked["code_challenge"])
        given = (form["client_id"], form["client_secret"], form["code"], challenge)
        if given != expected or self.token_status != 200:
            return 400, {"error": "invalid_grant"}
        claims = {"sub": self.person.get("sub"), "nonce": self.asked["nonce"], **self.id_claims}
        tokens = {"access_token": "le-jeton", "id_token": self.signed(claims)}
        return 200, {**tokens, "token_type": "Bearer"}


@contextmanager
def running():
    """A `Provider` that answers at its `url`."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply({})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply({name: values[0] for name, values in parse_qs(body).items()})

        def reply(self, form):
            status, content = provider.answer(urlsplit(self.path).path, form, self.headers)
            is_signed = isinstance(content, str)
            body = content.encode() if is_signed else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", f"application/{'jwt' if is_signed else 'json'}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
