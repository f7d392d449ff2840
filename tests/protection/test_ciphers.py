"""What the ciphers promise: secrecy per call, binding to the kind, rotation, a stable index."""

from __future__ import annotations

import copy

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from erjian import protection

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = {
    "aead": {"k1": OLD},
    "aead_current": "k1",
    "index": {"k1": b"i" * 32},
    "index_current": "k1",
}
NUMBER = "430102199003173416"

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture(scope="module")
def keys():
    from django.test import override_settings

    with override_settings(ERJIAN_KEYS=KEYS):
        yield KEYS


@given(st.text(), st.text(max_size=20))
def test_a_value_comes_back(text, kind):
    assert protection.decrypt(kind, protection.encrypt(kind, text)) == text


def test_two_ciphertexts_of_one_value_differ_and_hide_it():
    first, second = (protection.encrypt("id_number", NUMBER) for _ in range(2))
    assert first != second
    assert NUMBER.encode() not in first


def test_a_memoryview_as_a_database_returns_it_is_read():
    assert protection.decrypt("phone", memoryview(protection.encrypt("phone", "1"))) == "1"


def test_a_blob_of_another_kind_does_not_decrypt():
    with pytest.raises(protection.DecryptionFailed):
        protection.decrypt("phone", protection.encrypt("id_number", NUMBER))


@given(st.data())
def test_any_changed_byte_is_noticed(data):
    blob = bytearray(protection.encrypt("id_number", NUMBER))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(protection.DecryptionFailed):
        protection.decrypt("id_number", bytes(blob))


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01\x02k1", b"\x02\x02k1" + b"0" * 40])
def test_what_is_not_a_blob_is_refused(blob):
    with pytest.raises(protection.DecryptionFailed):
        protection.decrypt("id_number", blob)


def test_after_rotation_old_blobs_read_and_can_be_moved(settings):
    old = protection.encrypt("id_number", NUMBER)
    assert protection.is_current(old)
    settings.ERJIAN_KEYS = KEYS | {"aead": {"k1": OLD, "k2": NEW}, "aead_current": "k2"}
    assert protection.decrypt("id_number", old) == NUMBER
    assert not protection.is_current(old)
    moved = protection.reencrypt("id_number", old)
    assert protection.is_current(moved)
    settings.ERJIAN_KEYS = KEYS | {"aead": {"k2": NEW}, "aead_current": "k2"}
    assert protection.decrypt("id_number", moved) == NUMBER
    with pytest.raises(protection.DecryptionFailed):
        protection.decrypt("id_number", old)


def test_index_ignores_case_and_blanks_but_not_the_kind():
    index = protection.index("id_number", "11010519491231002X")
    assert len(index) == 32
    assert index == protection.index("id_number", " 11010519491231002x ")
    assert index != protection.index("phone", "11010519491231002X")


def test_index_of_another_key_can_be_asked_for(settings):
    before = protection.index("id_number", NUMBER)
    settings.ERJIAN_KEYS = KEYS | {"index": {"k1": b"i" * 32, "k2": NEW}, "index_current": "k2"}
    assert protection.current_index_key() == "k2"
    assert protection.index("id_number", NUMBER) != before
    assert protection.index("id_number", NUMBER, key_id="k1") == before


@pytest.mark.parametrize(
    "broken",
    [{}, {"aead": {"k1": b"short"}}, {"aead_current": "k9"}, {"index_current": "k9"}],
)
def test_unusable_keys_are_named_at_once(settings, broken):
    keys = copy.deepcopy(KEYS) | broken if broken else {}
    settings.ERJIAN_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="ERJIAN_KEYS"):
        protection.encrypt("id_number", NUMBER)
