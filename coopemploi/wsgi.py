import gc
import os

from django.core.wsgi import get_wsgi_application

from .shortcut import Shortcut

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopemploi.settings")

application = Shortcut(get_wsgi_application())

# A page makes thousands of objects, and all that is loaded lives as long as the process: looking
# through them every 700 new ones, as Python does, takes a tenth of the time of a list.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
