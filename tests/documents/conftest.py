"""Sample papers, and a signer of this run's own in a temporary data folder."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from erjian import documents
from erjian.standards.licence_ids import licence_id

SAMPLES = Path(__file__).parent / "samples"
MOMENT = datetime(2026, 11, 12, 8, 30, tzinfo=UTC)


def _merged(samples, name):
    """A sample may say {"of": "other", ...}: a copy of `other` with some keys replaced."""
    sample = samples[name]
    return {**_merged(samples, sample["of"]), **sample} if "of" in sample else dict(sample)


def _picture(name):
    return documents.data_uri((SAMPLES / name).read_bytes()) if name else None


@pytest.fixture(scope="session")
def paper_data():
    """paper_data("certificate", "two", **changes): what a caller hands to `render`."""

    def build(template, name, /, **changes):
        data = _merged(json.loads((SAMPLES / f"{template}.json").read_text("utf-8")), name)
        data.pop("of", None)
        for key in ("photo", "signature"):
            if key in data:
                data[key] = _picture(data[key])
        for promise in data.get("promises", ()):
            if promise["sign"] and promise["sign"].get("image"):
                promise["sign"]["image"] = _picture(promise["sign"]["image"])
        if "licence" in data:
            data["licence_id"] = licence_id(**data.pop("licence"))
        data["qr"] = documents.qr(data.pop("qr_text"))
        return {**data, **changes}

    return build


@pytest.fixture(scope="session")
def signer_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def demo_signer(settings, signer_folder):
    settings.ERJIAN_DATA = signer_folder
    settings.ERJIAN_DEMO = True
    for name in ("CERTIFICATE", "KEY", "PASSWORD"):
        setattr(settings, f"ERJIAN_SIGNING_{name}", None)
    settings.ERJIAN_SEAL_SERVICE = settings.ERJIAN_TIMESTAMP_SERVICE = ""
    settings.ERJIAN_SIGNERS_TRUSTED = ()


@pytest.fixture
def moment():
    return MOMENT


@pytest.fixture(scope="session")
def certificate_pdf(paper_data):
    """One unsigned certificate for all tests that only need some paper."""
    return documents.render("certificate", paper_data("certificate", "two"), timestamp=MOMENT)


@pytest.fixture
def signed_pdf(certificate_pdf):
    return documents.sign(certificate_pdf, reason="签发电子注册证书", signed_at=MOMENT)
