"""Papers are typst templates; a paper is the template applied to one dictionary.

The compiler lives as long as the process, and the data travel inside a tiny main file rather than in
`sys.inputs`: whatever typst evaluated of the templates stays valid for the next paper. Fonts come only from the
folders in settings, never from the machine, so the same data and timestamp give the same bytes everywhere.
PDF/A-2a (ISO 19005-2) is always on: it makes a missing glyph an error where typst would otherwise print a box.
"""

from __future__ import annotations

import ast
import json
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import typst

from erjian.documents import configuration
from erjian.documents.errors import DocumentRefused, IncompletePaper, MissingGlyph

PAPERS = Path(__file__).parent / "papers"

# Keys without which a template cannot be laid out; everything else has a blank form.
REQUIRED: dict[str, tuple[str, ...]] = {
    "certificate": (
        *("name", "sex", "birth", "reg_no", "cert_no", "employer", "specialties", "use_begin", "use_end"),
        *("issued", "organ", "licence_id", "qr"),
    ),
    "application-form": (
        *("title", "platform", "case_no", "version", "digest", "meta", "person", "person_beside"),
        *("employer_heading", "employer", "sections", "specialty_heading", "specialties", "materials"),
        *("promises", "opinions", "qr"),
    ),
    "notices": (
        *("kind", "organ", "doc_no", "to", "received_from", "person", "procedure", "case_no", "received", "date"),
        *("platform", "phone", "service", "review_body", "court", "qr"),
    ),
}
REQUIRED_OF_NOTICE: dict[str, tuple[str, ...]] = {
    "accept": ("accepted", "due", "acceptance_days", "decision_days", "extension_days"),
    "correct": ("items", "due"),
    "decline": ("reasons", "review_days", "lawsuit_months"),
    "grant": ("facts", "issue_days"),
    "refuse": ("reasons", "accepted", "review_days", "lawsuit_months"),
    "generic": ("title", "paragraphs"),
}

# Control characters but for tab, line feed and carriage return: nobody types them, and no paper shows them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Control characters but for the line feed, zero-width spaces and joiners, direction marks, byte order mark.
_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
# What texts are made of, and the third plane, where newer ideographs stand before Python knows them.
_USUAL = re.compile("[\\s -~·—‘-”…、-】〔〕〇！-～\U00030000-\U0003ffff]")
_NO_GLYPH = re.compile(r'the text `(".*?")` could not be displayed', re.DOTALL)
_lock = threading.Lock()


def _library(fonts: tuple[str, ...]) -> typst.Fonts:
    missing = [folder for folder in fonts if not Path(folder).is_dir()]
    if missing or not fonts:
        raise DocumentRefused("字库尚未安装，文书不能生成。请管理员执行 make setup。", code="fonts")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(fonts))


@lru_cache(maxsize=4)
def _compiler(fonts: tuple[str, ...]) -> typst.Compiler:
    return typst.Compiler(root=str(PAPERS), font_paths=_library(fonts))


def _main_file(template: str, data: Mapping[str, Any]) -> bytes:
    """The main file: one call of the template. Data are a JSON text inside a typst string, so none of it is code."""
    text = json.dumps(_printable(data), ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    return f'#import "/{template}.typ": {template}\n#{template}(json(bytes("{text}")))\n'.encode()


def _printable(value: Any) -> Any:
    """`value` without the invisible characters that people paste along with text; a tab becomes a space."""
    if isinstance(value, str):
        return _INVISIBLE.sub(lambda m: " " if m[0] in "\t\v\f\u2028\u2029" else "", value)
    if isinstance(value, Mapping):
        return {key: _printable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(entry) for entry in value]
    return value


def _check(template: str, data: Mapping[str, Any]) -> None:
    if template not in REQUIRED:
        raise ValueError(f"no such paper: {template}")
    needed = REQUIRED[template]
    if template == "notices" and "kind" in data:
        if data["kind"] not in REQUIRED_OF_NOTICE:
            raise ValueError(f"no such notice: {data['kind']}")
        needed += REQUIRED_OF_NOTICE[data["kind"]]
    missing = [key for key in needed if key not in data]
    if missing:
        raise IncompletePaper(template, missing)


def _missing_text(message: str) -> str | None:
    found = _NO_GLYPH.search(message)
    if not found:
        return None
    # typst quotes like Rust: \u{e000} where Python writes \U0000e000.
    quoted = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: f"\\U{int(m[1], 16):08x}", found[1])
    try:
        return str(ast.literal_eval(quoted))
    except (SyntaxError, ValueError):
        return found[1].strip('"')


def render(template: str, data: Mapping[str, Any], *, timestamp: datetime, mark: str | None = None) -> bytes:
    """One paper as PDF/A-2a; the same arguments always give the same bytes.

    `template` is "certificate", "application-form" or "notices"; the package's docstring has the shape of `data`.
    `timestamp` (aware) becomes the document's creation date. `mark` is a watermark such as 草稿 or 作废 and wins over
    `data["mark"]`. Raises MissingGlyph, IncompletePaper; ValueError for an unknown template or kind.
    """
    _check(template, data)
    if timestamp.tzinfo is None:
        raise ValueError("timestamp must be aware")
    if mark is not None:
        data = {**data, "mark": mark}
    source = _main_file(template, data)
    compiler = _compiler(configuration.fonts())
    try:
        with _lock:
            pdf = compiler.compile(
                input=source, format="pdf", pdf_standards=["a-2a"], timestamp=int(timestamp.timestamp())
            )
    except typst.TypstError as error:
        text = _missing_text(error.message)
        if text is not None:
            raise MissingGlyph(text) from error
        raise
    return cast("bytes", pdf)  # a list only comes from the picture formats


def unprintable(text: str) -> str:
    """What is wrong with typed words that no paper could show, in a sentence for who typed them; "" for all others.

    Emoji, say, a control character, or a character of somebody's private font. A letter of a script is never refused,
    because names are written with letters: the paper that lacks one says so (MissingGlyph), and the library of fonts is
    completed. Zero-width spaces and direction marks come along with what is pasted and change no word: papers leave
    them out.
    """
    if control := _CONTROL.search(text):
        return f"含有看不见的控制符（U+{ord(control[0]):04X}），不能印在正式文书上。请重新输入这段文字。"
    odd = {each for each in _INVISIBLE.sub("", text) if not (_USUAL.match(each) or each.isalnum())}
    if not odd:
        return ""
    words = json.dumps(" ".join(sorted(odd)), ensure_ascii=False)
    source = f'#import "/lib/paper.typ": base-text\n#set document(title: "-")\n#set text(..base-text)\n#text({words})\n'
    try:
        with _lock:
            _compiler(configuration.fonts()).compile(input=source.encode(), format="pdf", pdf_standards=["a-2u"])
    except typst.TypstError as error:
        if (found := _missing_text(error.message)) is None:
            raise
        return f"“{found.strip()}”不能印在正式文书上。请删除后再提交。"
    return ""


def query_ground() -> str:
    """The certificate's background drawn afresh from the template module (half a second)."""
    library = _library(configuration.fonts())
    compiler = typst.Compiler(str(PAPERS / "ground.typ"), root=str(PAPERS), font_paths=library)
    return str(json.loads(compiler.query("<ground>", field="value", one=True)))
