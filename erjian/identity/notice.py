"""《人脸信息处理告知书》: what is told before face data are processed; the consent keeps a digest of this text.

《个人信息保护法》第十七条 (what a notice says), 第二十九条 (separate consent), 第十五条 (withdrawal).
"""

from __future__ import annotations

import hashlib

from erjian import policy

TITLE = "人脸信息处理告知书"


def rows(*, provider: str) -> tuple[tuple[str, str], ...]:
    """(heading, sentence) in the order in which they are shown; `provider` names who compares."""
    rules = policy.current()
    hours = rules.retention.face_hours
    compared = "由本平台与您上传的身份证照片比对" if provider == "embedded" else "由腾讯云人脸核身与权威数据源比对"
    return (
        ("谁来处理", f"{rules.province.department}"),
        ("收集什么", "约 15 秒的面部画面、身份证正反面照片"),
        ("用来做什么", f"只用于二级建造师实名认证：{compared}"),
        ("保存多久", f"画面核对后即删除；需要人工核对的，最长保存 {hours} 小时。身份证照片随实名认证资料保存"),
        ("有什么影响", "不提供面部信息不影响办理，只是改为窗口核验"),
        ("怎样撤回", "核对之前随时可以改用窗口核验，已拍的画面立即删除"),
    )


def digest(*, provider: str) -> str:
    """SHA-256 (hex) of the notice as it reads now."""
    text = TITLE + "\n" + "\n".join(f"{heading}\t{sentence}" for heading, sentence in rows(provider=provider))
    return hashlib.sha256(text.encode()).hexdigest()
