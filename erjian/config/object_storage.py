"""Where files lie: a folder, or a bucket of an S3 service where the environment names one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from erjian.config import env


def configuration(folder: Path) -> dict[str, Any]:
    """Django's storage of files: in `folder`, unless ERJIAN_S3_BUCKET is set."""
    bucket = env.text("ERJIAN_S3_BUCKET")
    if not bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
        }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.text("ERJIAN_S3_ENDPOINT") or None,
            "region_name": env.text("ERJIAN_S3_REGION") or None,
            "access_key": env.text("ERJIAN_S3_ACCESS_KEY") or None,
            "secret_key": env.text("ERJIAN_S3_SECRET_KEY") or None,
            "default_acl": None,
            "file_overwrite": False,
            "querystring_expire": 300,
        },
    }
