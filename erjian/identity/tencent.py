"""腾讯云人脸核身 (Tencent Cloud faceid): an authoritative provider with its own camera page (H5).

`DetectAuth` opens a flow for name and number and answers the address of the page; `GetDetectInfoEnhanced` answers the
result of the flow: liveness, and the comparison with the authoritative source. Requests are signed by the official SDK
(TC3-HMAC-SHA256). What the person's browser brings back is never believed; the result is fetched from Tencent, and it
must be about the name and number that the flow was opened for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from erjian.identity.faces import BadPicture, Decision, FacesUnavailable
from erjian.registry.models import Assurance

SECONDS = 8
AUTHORITATIVE_LIBRARY = "权威库"
# What is wrong with the request itself; asking again does not help.
_FINAL = ("InvalidParameter", "FailedOperation.IdFormatError", "FailedOperation.IdNameMisMatch", "MissingParameter")


@dataclass(frozen=True)
class TencentFaces:
    """One business flow (`rule`) of one account."""

    secret_id: str
    secret_key: str = field(repr=False)
    region: str
    rule: str
    endpoint: str = ""
    seconds: int = SECONDS
    name = "tencent"
    assurance = Assurance.AUTHORITATIVE

    @classmethod
    def from_settings(cls) -> TencentFaces:
        """Raises ImproperlyConfigured when something is missing."""
        made = cls(
            secret_id=settings.ERJIAN_TENCENT_ID,
            secret_key=settings.ERJIAN_TENCENT_KEY,
            region=settings.ERJIAN_TENCENT_REGION,
            rule=settings.ERJIAN_FACES_RULE,
            endpoint=settings.ERJIAN_TENCENT_ENDPOINT,
        )
        if not (made.secret_id and made.secret_key and made.rule):
            raise ImproperlyConfigured(
                "ERJIAN_FACES=tencent needs ERJIAN_TENCENT_ID, ERJIAN_TENCENT_KEY, ERJIAN_FACES_RULE"
            )
        return made

    def begin(self, *, name: str, id_number: str, back: str, attempt: str) -> tuple[str, str]:
        """The address of Tencent's page, and the token of the flow."""
        found = self._ask(
            "DetectAuth",
            {"RuleId": self.rule, "Name": name, "IdCard": id_number, "RedirectUrl": back, "Extra": attempt},
        )
        address, token = str(found.get("Url") or ""), str(found.get("BizToken") or "")
        if not address.startswith("https://") or not token:
            raise FacesUnavailable("no address in the answer")
        return address, token

    def outcome(self, reference: str, *, name: str, id_number: str, attempt: str) -> Decision | None:
        """The verdict of a flow; None while it runs."""
        found = self._ask("GetDetectInfoEnhanced", {"BizToken": reference, "RuleId": self.rule, "InfoType": "1"})
        text: dict[str, Any] = found.get("Text") or {}
        if text.get("ErrCode") is None:
            return None
        if text.get("Extra") != attempt:
            # A flow that was not opened for this attempt proves nothing about it.
            return Decision(verdict="refuse", reason="source", reference=reference)
        return _decided(text, reference, name=name, id_number=id_number)

    def _ask(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        # The SDK is large and only needed where it is configured.
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.faceid.v20180301.faceid_client import FaceidClient

        parts = urlsplit(self.endpoint)
        http = HttpProfile(protocol=parts.scheme or "https", endpoint=parts.netloc or None, reqTimeout=self.seconds)
        client = FaceidClient(
            Credential(self.secret_id, self.secret_key), self.region, profile=ClientProfile(httpProfile=http)
        )
        try:
            answer = client.call_json(action, parameters)
        except TencentCloudSDKException as error:
            code = str(error.code or "")
            if code.startswith(_FINAL):
                raise BadPicture(code[:60]) from None
            # Never the message: it may repeat what was sent.
            raise FacesUnavailable(code[:60]) from None
        except Exception as error:  # noqa: BLE001 - whatever the SDK lets through (broken JSON, a cut line)
            raise FacesUnavailable(type(error).__name__) from None
        found = answer.get("Response") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise FacesUnavailable("an answer of another shape")
        return found


def _decided(text: dict[str, Any], reference: str, *, name: str, id_number: str) -> Decision:
    def refuse(reason: str) -> Decision:
        return Decision(verdict="refuse", reason=reason, distance=_distance(text), reference=reference)

    if text.get("Name") != name or str(text.get("IdCard") or "").upper() != id_number:
        return refuse("source")
    if text.get("ErrCode") == 0 and text.get("LiveStatus") == 0 and text.get("Comparestatus") == 0:
        if text.get("CompareLibType") not in (None, "", AUTHORITATIVE_LIBRARY):
            # Compared with somebody's own pictures: no authoritative result.
            return refuse("source")
        return Decision(verdict="accept", distance=_distance(text), reference=reference)
    if text.get("LiveStatus") not in (0, None):
        return refuse("wrong_gesture")
    return refuse("unlike" if text.get("Comparestatus") not in (0, None) else "source")


def _distance(text: dict[str, Any]) -> float | None:
    """Tencent says how alike (0 to 100); kept as the platform keeps it: how unlike, 0 to 1."""
    try:
        return round(1 - float(text["Sim"]) / 100, 4)
    except (KeyError, TypeError, ValueError):
        return None
