"""The product's settings for tests: a data folder and a database which are thrown away with the run.

The first process of a run names the folders and hands them to its xdist workers through the environment;
`tests/conftest.py` starts the server.
"""

import os
import tempfile
from pathlib import Path

if "ERJIAN_TEST_RUN" not in os.environ:
    os.environ["ERJIAN_TEST_RUN"] = tempfile.mkdtemp(prefix=f"erjian-test-{os.getpid()}-", dir="/tmp")
RUN = Path(os.environ["ERJIAN_TEST_RUN"])
# PostgreSQL's unprivileged user must be able to enter the folder.
if RUN.stat().st_uid == os.geteuid():
    RUN.chmod(0o711)
SOCKET = RUN / "s"
for name in [name for name in os.environ if name.startswith("ERJIAN_") and name != "ERJIAN_TEST_RUN"]:
    del os.environ[name]
# A folder for each worker: some tests look at all that is stored.
os.environ["ERJIAN_DATA"] = str(RUN / f"data-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
os.environ["DATABASE_URL"] = f"postgresql://erjian@/erjian?host={SOCKET}"
os.environ["ERJIAN_DEMO"] = "1"

from erjian.config.settings import *  # noqa: E402, F403
from erjian.config.settings import DATABASES, ERJIAN_ISSUERS, STORAGES  # noqa: E402

# Each test's connection is closed with the test; a pool would keep it and stop the database from being dropped.
DATABASES["default"]["OPTIONS"].pop("pool")
# Hashing is slow on purpose; here it only costs time. accounts' tests name Argon2 where they are about it.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
# Without collecting: the hashed names are the business of make run and of the browser journeys.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
# Another program may listen where the demonstration's provider would; tests name their own.
for issuer in ERJIAN_ISSUERS.values():
    issuer["address"] = ""
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
