"""The certificate's background is drawn once and kept as `papers/assets/ground.svg`.

Drawing it costs half a second, placing the picture a hundredth of that. After a change to the drawing or its
colours: `python -m erjian.documents.ground`.
"""

from __future__ import annotations

import os

from erjian.documents.rendering import PAPERS, query_ground

GROUND = PAPERS / "assets" / "ground.svg"


def draw() -> str:
    """The background as SVG, one curve a line so that a change to it can be read."""
    return query_ground().replace("><", ">\n<") + "\n"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erjian.config.settings")
    django.setup()
    GROUND.write_text(draw(), "utf-8")
