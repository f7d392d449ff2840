"""Error pages: drawn even without a request, and they say what to do."""

import pytest
from django.template import engines

PAGES = ("400", "403", "403_csrf", "404", "409", "413", "429", "500")


@pytest.mark.parametrize("name", PAGES)
def test_an_error_page_needs_nothing_and_offers_a_way_on(name):
    drawn = engines["django"].get_template(f"{name}.html").render()
    assert "<h1>" in drawn
    assert "<li>" in drawn
    assert 'href="/"' in drawn
    assert "！" not in drawn


def test_a_refusal_speaks_in_its_own_words():
    refusal = type("Refusal", (), {"message": "这份申报已被胡敏修改。请刷新后核对。"})
    drawn = engines["django"].get_template("409.html").render({"refusal": refusal})
    assert refusal.message in drawn


def test_no_template_carries_inline_script_style_or_handlers():
    import re
    from pathlib import Path

    import erjian.ui

    for file in Path(erjian.ui.__file__).parent.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", text), file
