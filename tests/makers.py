"""Makes people, enterprises and users for tests, with numbers that pass their check digits but belong to nobody."""

from __future__ import annotations

import io
import itertools
import secrets
import uuid
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from erjian import files, protection
from erjian.accounts.models import EnterpriseRight, Function, Grant, Invitation, SignUp, User, UserKind
from erjian.applications import actions, materials
from erjian.applications.models import Application
from erjian.identity import frames
from erjian.identity.models import Attempt, Verification
from erjian.policy import clock
from erjian.procedures import get
from erjian.registry.models import (
    Assurance,
    Enterprise,
    EnterpriseQualification,
    Person,
    Qualification,
    ReviewResult,
)
from erjian.standards import credit_codes, id_numbers
from erjian.standards.specialties import Specialty

PASSWORD = "Yushan-2026-ceshi"
_serial = itertools.count(1)


def id_number(birth: date = date(1990, 3, 17), *, serial: int | None = None, sex: str = "1") -> str:
    """An ID number of an unassigned county (430199) with a correct check digit (GB 11643)."""
    order = (serial if serial is not None else next(_serial)) % 499 * 2 + int(sex) % 2
    first = f"430199{birth:%Y%m%d}{order:03d}"
    return first + id_numbers.check_digit(first)


def credit_code(serial: int | None = None) -> str:
    """A 统一社会信用代码 with correct check characters (GB 32100)."""
    body = f"{(serial if serial is not None else next(_serial)) % 10**8:08d}"
    inner = body + credit_codes.organisation_check_digit(body)
    first = "91430199" + inner
    return first + credit_codes.check_digit(first)


def picture(width: int = 413, height: int = 579, *, colour: str = "#dde6f2", kind: str = "JPEG") -> bytes:
    """A drawn picture of the size asked for."""
    image = Image.new("RGB", (width, height), colour)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.55), fill="#ecc9a6")
    draw.rectangle((width * 0.15, height * 0.65, width * 0.85, height), fill="#2f4560")
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def upload(content: bytes | None = None, name: str = "scan.jpg", media_type: str = "image/jpeg") -> SimpleUploadedFile:
    """An uploaded file as a view receives it."""
    return SimpleUploadedFile(name, picture() if content is None else content, media_type)


def blob(content: bytes | None = None, media_type: str = "image/jpeg") -> Any:
    """A stored picture."""
    return files.put(content or picture(), media_type=media_type)


def enterprise(name: str = "湖南麓川建设工程有限公司", *, city: str = "430100", **fields: Any) -> Enterprise:
    """An enterprise with a complete profile and one valid 资质."""
    values: dict[str, Any] = {
        "credit_code": credit_code(),
        "established_on": date(2010, 5, 20),
        "province": "430000",
        "city": city,
        "county": f"{city[:4]}02",
        "address": "岳麓区麓川路 18 号",
        "registration_kind": "159",
        "capital": 5000,
        "currency": "156",
        "legal_representative": "陈国梁",
        "office_phone": "0731-80001234",
        "contact_name": "李晓琳",
        "contact_phone": "13800002716",
        "filing_authority": city,
        "kind": "construction",
        "business_scope": "建筑工程施工",
    }
    made = Enterprise.objects.create(name=name, **{**values, **fields})
    EnterpriseQualification.objects.create(
        enterprise=made,
        number="D243000000",
        scope="建筑工程施工总承包",
        level="二级",
        issued_on=date(2024, 1, 1),
        expires_on=clock.today() + timedelta(days=900),
    )
    return made


def operator(of: Enterprise, *, right: str = EnterpriseRight.MANAGE, username: str | None = None) -> User:
    """An enterprise operator."""
    return User.objects.create_user(
        username or f"ent{next(_serial)}", PASSWORD, kind=UserKind.ENTERPRISE, name="李晓琳", enterprise=of, right=right
    )


def link(user: User) -> str:
    """The token of a one-time link by which the user sets a password."""
    token, now = secrets.token_urlsafe(18), clock.now()
    digest = protection.index("invitation", token)
    Invitation.objects.create(user=user, digest=digest, sent_at=now, expires_at=now + timedelta(hours=72))
    return token


def sign_up(name: str = "湖南新立建设工程有限公司", *, authority: str = "430100", **fields: Any) -> SignUp:
    """An enterprise's request for its first account, waiting."""
    values: dict[str, Any] = {
        "key": uuid.uuid4(),
        "credit_code": credit_code(),
        "origin": "inside",
        "city": authority,
        "authority_code": authority,
        "contact_name": "谭雨欣",
        "contact_phone": "13907310055",
        "licence": blob(),
        "submitted_at": clock.now(),
    }
    return SignUp.objects.create(name=name, **{**values, **fields})


def officer(authority: str, *functions: Function, name: str = "胡敏", username: str | None = None) -> User:
    """An officer of an authority with functions."""
    user = User.objects.create_user(
        username or f"off{next(_serial)}", PASSWORD, kind=UserKind.OFFICER, name=name, authority_code=authority
    )
    Grant.objects.bulk_create(Grant(user=user, function=function) for function in functions)
    return user


def person(name: str = "周启明", *, birth: date = date(1990, 3, 17), verified: bool = True, **fields: Any) -> Person:
    """A verified person with portrait, ID images and signature."""
    number = id_number(birth)
    values: dict[str, Any] = {
        "id_number": number,
        "sex": "1",
        "birth_date": birth,
        "ethnicity": "01",
        "phone": "13800002716",
        "landline": "0731-80001234",
        "school": "湖南城建职业技术学院",
        "major": "建筑工程技术",
        "graduated_on": date(2012, 6, 30),
        "education": "31",
        "degree": "0",
        "assurance": Assurance.FACE if verified else Assurance.NONE,
        "verified_at": clock.now() if verified else None,
    }
    if verified:
        values |= {
            "portrait": blob(),
            "id_front": blob(picture(800, 500)),
            "id_back": blob(picture(800, 500)),
            "signature": blob(picture(400, 160), "image/jpeg"),
        }
    return Person.objects.create(name=name, **{**values, **fields})


def person_user(of: Person) -> User:
    """The account of a person."""
    return User.objects.create_user(f"p{next(_serial)}", PASSWORD, kind=UserKind.PERSON, name=of.name, person=of)


def verification(of: Person, **fields: Any) -> Verification:
    """A person's way through the verification; by default the consent is given and the card confirmed."""
    now = clock.now()
    values: dict[str, Any] = {
        "person": of,
        "step": "face",
        "name": of.name,
        "id_number": of.id_number,
        "phone": of.phone,
        "consented_at": now,
        "created_at": now,
        "expires_at": now + timedelta(days=7),
    }
    return Verification.objects.create(**{**values, **fields})


def attempt(of: Verification, *, pictures: int = 12, **fields: Any) -> Attempt:
    """An attempt before the camera whose frames are kept."""
    now = clock.now()
    values: dict[str, Any] = {
        "verification": of,
        "person": of.person,
        "provider": "embedded",
        "assurance": Assurance.FACE,
        "nonce_digest": secrets.token_bytes(32),
        "challenges": ["blink", "open_mouth"],
        "opened_at": now,
        "expires_at": now + timedelta(seconds=60),
        "given_at": now,
        "frame_count": pictures,
    }
    made = Attempt(**{**values, **fields})
    frames.keep(made, [frames.Frame(at=150 * each, jpeg=picture(320, 240)) for each in range(pictures)])
    made.save()
    return made


def qualification(of: Person, specialty: str = Specialty.BUILDING, **fields: Any) -> Qualification:
    """A reviewed, unused qualification obtained a year ago."""
    obtained = clock.today() - timedelta(days=400)
    values: dict[str, Any] = {
        "specialty": specialty,
        "management_number": f"4302{next(_serial):012d}",
        "pass_year": obtained.year,
        "obtained_on": obtained,
        "review_result": ReviewResult.PASSED,
    }
    return Qualification.objects.create(person=of, **{**values, **fields})


def draft(of: Person, by: User, *, complete: bool = True, procedure: str = "initial") -> Application:
    """A draft, by default with everything that 上报 needs."""
    assert by.enterprise is not None
    case = actions.start(procedure=get(procedure), person=of, enterprise=by.enterprise, by=by)
    if not complete:
        return case
    from erjian.applications import form_data

    values = form_data.unseal(case.draft) | {
        "employment_begin": "2025-07-01",
        "employment_end": "",
        "employment_open": "on",
        "punishments": "无",
    }
    actions.save(
        application=case,
        values=values,
        by=by,
        specialties=[q.specialty for q in of.qualifications.filter(used_at=None)],
    )
    for material in case.procedure.materials:
        if material.code in ("qualification", "education", "contract"):
            materials.attach(application=case, code=material.code, upload=upload(), by=by)
    case.refresh_from_db()
    return case
