"""The WSGI application which granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from erjian.config.serving import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
# granian's worker processes must not outlive a killed main process: they would keep the port.
end_with_parent()

application = get_wsgi_application()
# What start-up made stays as long as the process; the collector need not look through it again at each pass.
gc.collect()
gc.freeze()
