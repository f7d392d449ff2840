"""The one table of environment variables.

Everything that an operator may decide from outside stands in `VARIABLES`, with its default and its meaning;
`docs/operations.md` carries the same table and a test compares them. Nothing else in the product reads
`os.environ`. An unknown value is refused with one line that names the variable.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from erjian.config.trouble import Trouble

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


class BadEnvironment(Trouble):
    """A variable whose value cannot be used; the text is one line for the operator."""


@dataclass(frozen=True)
class Variable:
    name: str
    default: str
    meaning: str
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable("PORT", "8000", "TCP port of the web server."),
    Variable("ERJIAN_BIND", "127.0.0.1", "Address the web server listens on; 0.0.0.0 behind a proxy on another host."),
    Variable("ERJIAN_DATA", "", "Data folder. Default: /var/lib/erjian for root, else ~/.local/share/erjian."),
    Variable(
        "DATABASE_URL",
        "",
        "postgresql://user:password@host:port/name. Empty: an embedded PostgreSQL in the data folder.",
        secret=True,
    ),
    Variable("ERJIAN_DEBUG", "0", "1 shows error pages with source code. Never on a reachable machine."),
    Variable(
        "ERJIAN_DEMO",
        "",
        "1: demo province, demo clock, demo signing key. Empty: 1 with the embedded database, 0 with DATABASE_URL.",
    ),
    Variable(
        "ERJIAN_HOSTS",
        "",
        "Host names served, separated by commas. Empty: this machine's loopback names, and ERJIAN_BIND if it is another.",
    ),
    Variable(
        "ERJIAN_ORIGIN",
        "",
        "Public address, e.g. https://zjs.example.cn; in QR codes and SMS. Empty: the first of ERJIAN_HOSTS, with PORT.",
    ),
    Variable("ERJIAN_PROXY", "0", "1: a proxy in front ends TLS and sets X-Forwarded-Proto and X-Forwarded-For."),
    Variable(
        "ERJIAN_KEYS_FILE",
        "",
        "JSON file with every secret key, mode 0600. Default: keys.json in the data folder, made at first start.",
    ),
    Variable(
        "ERJIAN_POLICY_FILE", "", "Another province's rules. Default: the rules of Hunan, which come with the product."
    ),
    Variable("ERJIAN_SIGNING_CERTIFICATE", "", "PEM chain, leaf first, or a PKCS#12 file: signs documents."),
    Variable("ERJIAN_SIGNING_KEY", "", "PEM file: its private key, mode 0600."),
    Variable("ERJIAN_SIGNING_PASSWORD", "", "Password of the private key or of a PKCS#12 file.", secret=True),
    Variable("ERJIAN_SIGNERS_TRUSTED", "", "PEM files of earlier signers, by commas; their documents stay valid."),
    Variable("ERJIAN_SEAL_SERVICE", "", "Address of a remote sealing service that holds the key."),
    Variable("ERJIAN_SEAL_TOKEN", "", "Bearer token for the sealing service.", secret=True),
    Variable("ERJIAN_TIMESTAMP_SERVICE", "", "Address of an RFC 3161 time-stamping authority."),
    Variable("ERJIAN_S3_BUCKET", "", "Bucket for attachments and documents. Empty: files/ in the data folder."),
    Variable("ERJIAN_S3_ENDPOINT", "", "Address of the S3 service; empty for the provider's default."),
    Variable("ERJIAN_S3_REGION", "", "Region of the bucket."),
    Variable("ERJIAN_S3_ACCESS_KEY", "", "Access key.", secret=True),
    Variable("ERJIAN_S3_SECRET_KEY", "", "Secret key.", secret=True),
    Variable(
        "ERJIAN_CLAMD", "", "Virus scanner: tcp://host:3310 or unix:/path of clamd. Empty: files are not scanned."
    ),
    Variable(
        "ERJIAN_SMS",
        "outbox",
        "How SMS leave: outbox keeps them for a demonstration, http posts them to a provider, tencent.",
    ),
    Variable("ERJIAN_SMS_URL", "", "ERJIAN_SMS=http: address that takes the messages."),
    Variable("ERJIAN_SMS_APP", "", "ERJIAN_SMS=tencent: SdkAppId."),
    Variable("ERJIAN_SMS_SIGN", "", "ERJIAN_SMS=tencent: the approved signature, without brackets."),
    Variable("ERJIAN_SMS_TEMPLATES", "", "ERJIAN_SMS=tencent: TOML file of approved templates, see below."),
    Variable("ERJIAN_TENCENT_ID", "", "Tencent Cloud: SecretId."),
    Variable("ERJIAN_TENCENT_KEY", "", "Tencent Cloud: SecretKey.", secret=True),
    Variable("ERJIAN_TENCENT_REGION", "ap-guangzhou", "Tencent Cloud: region."),
    Variable("ERJIAN_TENCENT_ENDPOINT", "", "Tencent Cloud: another address of its interface, e.g. a gateway's."),
    Variable("ERJIAN_SMS_SECRET", "", "ERJIAN_SMS=http: shared secret that signs each request.", secret=True),
    Variable(
        "ERJIAN_FACES",
        "embedded",
        "Who judges faces: embedded (the service that comes with the platform) or tencent (Tencent Cloud faceid).",
    ),
    Variable("ERJIAN_FACES_RULE", "", "ERJIAN_FACES=tencent: RuleId of the business flow."),
    Variable(
        "ERJIAN_FACES_URL",
        "",
        "Address of the face service: http://host:port or unix:/path. Empty: the one that erjian run starts here.",
    ),
    Variable(
        "ERJIAN_CENTRAL_LIBRARY",
        "",
        "Address of the central library of enterprises (中央库下载). Empty: the demonstration's own, elsewhere none.",
    ),
    Variable(
        "ERJIAN_CENTRAL_LIBRARY_SECRET",
        "",
        "Shared secret that signs questions and answers of the library.",
        secret=True,
    ),
    Variable(
        "ERJIAN_IDENTITY_ISSUER",
        "",
        "OpenID Connect issuer of 可信数字身份. Empty: the demonstration's own, elsewhere none.",
    ),
    Variable("ERJIAN_IDENTITY_CLIENT", "", "Client id there."),
    Variable("ERJIAN_IDENTITY_SECRET", "", "Client secret there.", secret=True),
    Variable("ERJIAN_IDENTITY_CLAIM", "id_number", "Claim of the ID token that holds the verified ID number."),
    Variable("ERJIAN_IDENTITY_ACR", "", "Values of acr, by commas, that stand for an officer's second factor."),
    Variable(
        "ERJIAN_LICENCE_ISSUER", "", "OpenID Connect issuer of 电子营业执照, with the device grant. Empty: as above."
    ),
    Variable("ERJIAN_LICENCE_CLIENT", "", "Client id there."),
    Variable("ERJIAN_LICENCE_SECRET", "", "Client secret there.", secret=True),
    Variable("ERJIAN_LICENCE_CLAIM", "credit_code", "Claim of the ID token that holds the verified credit code."),
    Variable("ERJIAN_PROVIDER_PORT", "", "Port of the demonstration's identity provider. Empty: PORT + 1000."),
    Variable("ERJIAN_WEB_WORKERS", "1", "Web processes."),
    Variable("ERJIAN_WEB_THREADS", "4", "Threads in each web process; each may hold one database connection."),
    Variable("ERJIAN_JOB_THREADS", "2", "Jobs worked on at the same time."),
    Variable("ERJIAN_LOG", "INFO", "Log level: DEBUG, INFO, WARNING or ERROR."),
)

_ANY = {"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
"""What a server listens on that is no name of its own: every address, or the loopback's."""
_BY_NAME = {variable.name: variable for variable in VARIABLES}


def text(name: str, *, environ: Mapping[str, str] | None = None) -> str:
    """The variable's value, or its default when it is unset or empty."""
    source = os.environ if environ is None else environ
    return source.get(name, "").strip() or _BY_NAME[name].default


def flag(name: str, *, default: bool = False, environ: Mapping[str, str] | None = None) -> bool:
    """The variable as yes or no; `default` when neither set nor given a default in the table."""
    value = text(name, environ=environ).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise BadEnvironment(f"{name}={value!r} is neither 1 nor 0.")


def number(name: str, *, low: int, high: int, environ: Mapping[str, str] | None = None) -> int:
    value = text(name, environ=environ)
    if not value.isdecimal() or not low <= int(value) <= high:
        raise BadEnvironment(f"{name}={value!r} is not a number from {low} to {high}.")
    return int(value)


def choice(name: str, allowed: Collection[str], *, environ: Mapping[str, str] | None = None) -> str:
    value = text(name, environ=environ)
    if value not in allowed:
        raise BadEnvironment(f"{name}={value!r} is none of {', '.join(allowed)}.")
    return value


def names(name: str, *, environ: Mapping[str, str] | None = None) -> list[str]:
    return [part.strip() for part in text(name, environ=environ).split(",") if part.strip()]


def hosts(*, environ: Mapping[str, str] | None = None) -> list[str]:
    """The host names served, the one that people are shown first."""
    if named := names("ERJIAN_HOSTS", environ=environ):
        return named
    bind = text("ERJIAN_BIND", environ=environ)
    # A browser keeps passkeys for a name only, so localhost comes before its numbers.
    return ([] if bind in _ANY else [_in_brackets(bind)]) + ["localhost", "127.0.0.1", "[::1]"]


def origin(*, environ: Mapping[str, str] | None = None) -> str:
    """The address at which people see the platform: in QR codes, in SMS, and on the terminal that serves it."""
    if given := text("ERJIAN_ORIGIN", environ=environ).rstrip("/"):
        return given
    host = hosts(environ=environ)[0].removeprefix(".")
    if flag("ERJIAN_PROXY", environ=environ):
        return f"https://{host}"
    return f"http://{host}:{text('PORT', environ=environ)}"


def _in_brackets(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def file(name: str, *, environ: Mapping[str, str] | None = None) -> Path | None:
    value = text(name, environ=environ)
    return Path(value).expanduser() if value else None


def of_child(**further: str) -> dict[str, str]:
    """What a process that is started from here inherits, and what it is told besides."""
    return {**os.environ, **further}


def data_folder(*, environ: Mapping[str, str] | None = None) -> Path:
    """Where everything that must survive a restart rests."""
    chosen = file("ERJIAN_DATA", environ=environ)
    if chosen is not None:
        return chosen.absolute()
    return Path("/var/lib/erjian") if os.geteuid() == 0 else Path.home() / ".local/share/erjian"
