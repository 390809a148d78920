"""How gunicorn serves the site: `gunicorn --config python:coopemploi.web_server`."""

import os
import signal

wsgi_app = "coopemploi.wsgi"
bind = f"{os.environ.get('WEB_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
max_requests, max_requests_jitter = 5000, 500
control_socket_disable = True

# On a reload gunicorn dismisses the workers of the old code as soon as it has forked new ones,
# which take seconds to be ready: the old ones go on serving meanwhile.
LINGER = 10  # seconds


def post_worker_init(worker):
    def leave_later(signal_number, frame):
        # Asked again at each turn of the master: the first time counts.
        if signal.getitimer(signal.ITIMER_REAL)[0] == 0:
            signal.signal(signal.SIGALRM, worker.handle_exit)
            signal.alarm(LINGER)

    signal.signal(signal.SIGTERM, leave_later)
