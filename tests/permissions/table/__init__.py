"""The table: what every view expects of whom, one module for each front door."""

from tests.permissions.access import PUBLIC, Entry
from tests.permissions.table.authority import AUTHORITY
from tests.permissions.table.enterprise import ENTERPRISE
from tests.permissions.table.person import MOBILE, PERSON, VERIFYING
from tests.permissions.table.public import FRONT

TABLE: dict[str, Entry] = {
    "healthz": Entry(get=PUBLIC),
    **{f"public:{name}": entry for name, entry in FRONT.items()},
    **{f"person:{name}": entry for name, entry in (PERSON | VERIFYING).items()},
    **{f"mobile:{name}": entry for name, entry in MOBILE.items()},
    **{f"enterprise:{name}": entry for name, entry in ENTERPRISE.items()},
    **{f"authority:{name}": entry for name, entry in AUTHORITY.items()},
}
