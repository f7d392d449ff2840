"""Files in a bucket: the platform's own storage by the environment's variables, against an S3 server (moto's)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from erjian import audit, files
from erjian.config import object_storage
from erjian.files import objects, serving, storing
from erjian.files.models import Blob
from erjian.policy import clock
from tests.files import hostile

pytestmark = pytest.mark.django_db
BUCKET = "erjian-files"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket, which the platform uses."""
    known = {"endpoint_url": server, "region_name": "cn-south-1"}
    made = boto3.resource("s3", **known, aws_access_key_id="key", aws_secret_access_key="secret").Bucket(BUCKET)
    made.create(CreateBucketConfiguration={"LocationConstraint": "cn-south-1"})
    for name, value in {
        "BUCKET": BUCKET,
        "ENDPOINT": server,
        "REGION": "cn-south-1",
        "ACCESS_KEY": "key",
        "SECRET_KEY": "secret",
    }.items():
        monkeypatch.setenv(f"ERJIAN_S3_{name}", value)
    settings.STORAGES = settings.STORAGES | {"default": object_storage.configuration(Path("unused"))}
    yield made
    made.objects.delete()
    made.delete()


def keys(bucket: Any) -> list[str]:
    return [each.key for each in bucket.objects.all()]


def test_a_file_is_accepted_into_the_bucket_and_served_from_it(bucket: Any) -> None:
    limits = files.Limits(types=(files.JPEG, files.PNG, files.PDF), max_bytes=2**21)
    blob = files.accept(hostile.upload(hostile.jpeg(), "a.jpg"), limits=limits, actor=audit.SYSTEM)
    assert blob.key in keys(bucket)
    with files.open(blob) as stream:
        kept = stream.read()
    assert bucket.Object(blob.key).get()["Body"].read() == kept
    answer = serving.response(blob, filename="a.jpg")
    assert answer.content == kept
    assert answer["Content-Type"] == "image/jpeg"


def test_what_is_discarded_leaves_the_bucket_a_day_later(bucket: Any) -> None:
    blob = files.put(b"%PDF-1.7 made here", media_type=files.PDF, pages=1)
    files.discard(blob)
    with clock.travel(days=2):
        assert storing.delete_discarded() == 1
    assert not Blob.objects.filter(pk=blob.pk).exists()
    assert keys(bucket) == []


def test_an_object_is_written_once_and_missed_by_name(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key = objects.write(b"first")
    monkeypatch.setattr(objects, "new_key", lambda: key)
    with pytest.raises(RuntimeError, match="already holds"):
        objects.write(b"second")
    assert bucket.Object(key).get()["Body"].read() == b"first"
    assert keys(bucket) == [key]
    assert [key] in list(objects.folders())
    assert abs(objects.written_at(key) - clock.now()) < timedelta(days=1)
    objects.remove(key)
    objects.remove(key)
    with pytest.raises(FileNotFoundError):
        objects.open_read(key)
