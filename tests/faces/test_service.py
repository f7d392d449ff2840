"""The service under bad input, load and the death of its parts."""

from __future__ import annotations

import base64
import io
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.faces import cards, filming
from tests.faces.filming import as_request, base64_jpeg, film, portrait
from tests.faces.serving import serving

ASKED = ["turn_left", "blink"]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _png(width: int, height: int) -> bytes:
    """A PNG that is small as a file and huge as a picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" + bytes(width * 3)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _jpeg() -> bytes:
    return filming.jpeg(film("astronaut", [], lead=0.1, tail=0)[0][1])


def _noise(length: int) -> bytes:
    """The same bytes each time, none of which a decoder takes for a marker such as the picture's end."""
    return random.Random(20_000).randbytes(length).replace(b"\xff", b"\xfe")


BROKEN = {
    "nothing": (b"", "bad_image"),
    "text": (b"this is no picture" * 50, "bad_image"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500), "bad_image"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', "bad_image"),
    "a GIF": (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!", "bad_image"),
    "half a JPEG": (lambda: _jpeg()[:4000], "bad_image"),
    "a JPEG of noise": (lambda: _jpeg()[:700] + _noise(20_000), "bad_image"),
    "one pixel": (lambda: _png(1, 1), "bad_image"),
    "a bomb": (lambda: _png(20_000, 20_000), "too_many_pixels"),
    "a long strip": (lambda: _png(60_000, 4_000), "too_many_pixels"),
    "a huge file": (lambda: _jpeg() + bytes(13 * 2**20), "too_large"),
}


@pytest.fixture(params=BROKEN, ids=str)
def broken(request) -> tuple[str, str]:
    data, error = BROKEN[request.param]
    return _b64(data if isinstance(data, bytes) else data()), error


def test_broken_pictures_are_refused_by_name_and_harm_nothing(faces, broken):
    picture, error = broken
    before = faces.health()["workers"]["faces"]["restarts"]
    frames = as_request(film("astronaut", ASKED))
    for path, content, field in (
        ("/v1/look", {"frame": picture}, "frame"),
        ("/v1/card", {"image": picture, "side": "front"}, "image"),
        ("/v1/decide", {"challenges": ASKED, "frames": frames, "portrait": picture}, "portrait"),
        (
            "/v1/decide",
            {"challenges": ASKED, "frames": [*frames[:3], {"at": frames[3]["at"], "jpeg": picture}, *frames[4:]],
             "portrait": frames[0]["jpeg"]},
            "frames.3",
        ),
    ):  # fmt: skip
        answer = faces.ask(path, content)
        assert (answer.status, answer.body) == (400, {"error": error, "field": field}), path
    assert faces.health()["workers"]["faces"]["restarts"] == before


def test_noise_that_a_decoder_takes_for_a_whole_picture_shows_nobody(faces):
    noise = _b64(_jpeg()[:700] + _noise(20_000) + b"\xff\xd9")
    answer = faces.ask("/v1/look", {"frame": noise})
    assert (answer.status, answer.body["faces"], answer.body["hints"]) == (200, 0, ["no_face"])


@pytest.mark.parametrize(
    ("path", "content", "field"),
    [
        ("/v1/look", {}, "frame"),
        ("/v1/look", {"frame": 7}, "frame"),
        ("/v1/look", {"frame": "no base64 at all!"}, "frame"),
        ("/v1/card", {"image": "", "side": "top"}, "side"),
        ("/v1/decide", {"challenges": [], "frames": []}, "challenges"),
        ("/v1/decide", {"challenges": ["wink"], "frames": []}, "challenges"),
        ("/v1/decide", {"challenges": ["blink"], "frames": "none"}, "frames"),
        ("/v1/decide", {"challenges": ["blink"], "frames": [{"at": "now", "jpeg": ""}]}, "frames"),
        ("/v1/decide", {"challenges": ["blink"], "frames": [{"jpeg": ""}] * 500}, "frames"),
        (
            "/v1/decide",
            {"challenges": ["blink"], "frames": [], "thresholds": {"accept": 0.9, "refuse": 0.1}},
            "thresholds",
        ),
    ],
)
def test_requests_of_another_form_are_refused(faces, path, content, field):
    answer = faces.ask(path, content)
    assert (answer.status, answer.body["field"]) == (400, field)


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'"x"', b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(faces, raw):
    answer = faces.ask("/v1/look", raw=raw, method="POST")
    assert (answer.status, answer.body["error"]) == (400, "bad_request")


def test_a_body_larger_than_allowed_is_refused(faces):
    answer = faces.ask("/v1/look", raw=b" " * (24 * 2**20 + 1))
    assert (answer.status, answer.body["error"]) == (413, "too_large")


def test_unknown_addresses_and_methods(faces):
    assert faces.ask("/v1/other", {}).status == 404
    assert faces.ask("/v1/look").status == 405


def test_a_turned_photograph_with_exif_is_looked_at_upright(faces):
    image = film("astronaut", [], lead=0.1, tail=0)[0][1]
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right to see it upright
    buffer = io.BytesIO()
    image.rotate(90, expand=True).save(buffer, "JPEG", exif=exif)
    answer = faces.ask("/v1/look", {"frame": _b64(buffer.getvalue())})
    assert (answer.body["faces"], answer.body["hints"]) == (1, [])


HINTS = {
    "good": (lambda image: image, set()),
    "dark": (lambda image: image.point(lambda value: value // 6), {"too_dark"}),
    "far": (lambda image: _placed(image, 0.3, (0.35, 0.3)), {"too_far"}),
    "aside": (lambda image: _placed(image, 0.6, (0.42, 0.1)), {"off_centre"}),
    "blurred": (lambda image: image.resize((64, 48)).resize(image.size), {"blurred"}),
}


def _placed(image: Image.Image, share: float, where: tuple[float, float]) -> Image.Image:
    room = Image.new("RGB", image.size, (128, 128, 128))
    small = image.resize((round(image.width * share), round(image.height * share)))
    room.paste(small, (round(image.width * where[0]), round(image.height * where[1])))
    return room


@pytest.mark.parametrize("name", HINTS)
def test_hints_say_what_is_wrong(faces, name):
    change, expected = HINTS[name]
    image = film("admiral", [], lead=0.1, tail=0)[0][1]
    found = faces.ask("/v1/look", {"frame": base64_jpeg(change(image))}).body
    assert expected <= set(found["hints"])
    assert bool(found["hints"]) == bool(expected)
    assert found["faces"] == 1


def test_hints_for_nobody_for_two_and_for_a_turned_head(faces):
    one, other = (film(person, [], lead=0.1, tail=0)[0][1] for person in ("astronaut", "admiral"))
    both = Image.new("RGB", (1280, 480))
    both.paste(one, (0, 0))
    both.paste(other, (640, 0))
    look = lambda image: faces.ask("/v1/look", {"frame": base64_jpeg(image)}).body  # noqa: E731
    assert (look(both)["faces"], "several_faces" in look(both)["hints"]) == (2, True)
    assert look(Image.new("RGB", (640, 480), (90, 120, 90)))["hints"] == ["no_face"]
    left = look(filming.shoot("astronaut", [filming.Pose(yaw=1)])[0][1])
    assert (left["hints"], left["yaw"] > 10) == (["turn_to_camera"], True)


@pytest.fixture(scope="module")
def attempt() -> dict[str, object]:
    frames = as_request(film("astronaut", ASKED, seed=9))
    return {"challenges": ASKED, "frames": frames, "portrait": base64_jpeg(portrait("astronaut"))}


def test_a_worker_that_dies_is_started_anew_and_the_request_repeated(faces, attempt):
    health = faces.health()["workers"]["faces"]
    killer = threading.Timer(0.25, os.kill, (health["pid"], signal.SIGKILL))
    killer.start()
    answer = faces.ask("/v1/decide", attempt)
    killer.join()
    assert (answer.status, answer.body["verdict"]) == (200, "accept")
    after = faces.health()["workers"]["faces"]
    assert after["pid"] != health["pid"]
    assert after["restarts"] == health["restarts"] + 1


def test_four_attempts_at_once_all_succeed_and_live_hints_go_between(faces, attempt):
    frame = {"frame": attempt["frames"][0]["jpeg"]}
    with ThreadPoolExecutor(5) as pool:
        decisions = [pool.submit(faces.ask, "/v1/decide", attempt) for _ in range(4)]
        time.sleep(0.2)
        looked = pool.submit(faces.ask, "/v1/look", frame)
        assert looked.result().status == 200
        # Four decisions take turns; the hint did not wait for them all.
        assert sum(decision.done() for decision in decisions) <= 2
        assert [decision.result().body["verdict"] for decision in decisions] == ["accept"] * 4


def test_more_than_the_queue_holds_is_put_off(faces, attempt):
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda _: faces.ask("/v1/decide", attempt), range(24)))
    put_off = [answer for answer in answers if answer.status == 503]
    assert put_off
    assert {answer.body["error"] for answer in put_off} == {"busy"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in put_off)
    assert all(answer.body["verdict"] == "accept" for answer in answers if answer.status == 200)
    assert {answer.status for answer in answers} == {200, 503}


def test_the_service_stays_within_its_memory(faces, attempt):
    faces.ask("/v1/decide", attempt)
    card = base64_jpeg(cards.photographed(cards.front(cards.Card()), size=(4000, 3000)))
    assert faces.ask("/v1/card", {"image": card, "side": "front"}).body["hints"] == []
    pids = [faces.process.pid, *(worker["pid"] for worker in faces.health()["workers"].values())]
    kilobytes = sum(int(_status(pid, "VmRSS").split()[0]) for pid in pids)
    assert kilobytes < 1_000_000
    # Pages go first.
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids[1:]} == {10 + os.getpriority(os.PRIO_PROCESS, pids[0])}


def _status(pid: int, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith(f"{name}:"))


def test_the_socket_is_its_users_alone_and_nothing_is_left_behind(tmp_path_factory):
    folder = Path(str(tmp_path_factory.mktemp("f")))
    with serving(folder) as running:
        assert running.path.stat().st_mode & 0o077 == 0
        second = subprocess.run(
            running.process.args, cwd="faces", capture_output=True, text=True, timeout=60, check=False
        )
        assert (second.returncode, "another service listens" in second.stderr) == (1, True)
        pid = running.health()["workers"]["faces"]["pid"]
    assert not Path(f"/proc/{pid}").exists()
    # A service that was killed leaves its socket; the next one takes it over.
    with serving(folder) as again:
        again.process.kill()
        again.process.wait(10)
    with serving(folder) as third:
        assert third.health()["ok"]


def test_the_platform_does_not_import_it():
    code = "import erjian.config.wsgi, sys; sys.exit(any(name.startswith('erjian_faces') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
