import os

from django.core.wsgi import get_wsgi_application

from .shortcut import Shortcut

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")

application = Shortcut(get_wsgi_application())
