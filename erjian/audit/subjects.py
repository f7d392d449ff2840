"""The kinds of what events are about, with the words shown for them."""

from __future__ import annotations

LABELS = {
    "application": "申报",
    "batch": "公示批次",
    "canned_opinion": "常用意见",
    "certificate": "证书",
    "demo": "演示数据",
    "enterprise": "企业",
    "figures": "统计",
    "import": "导入文件",
    "notice": "通知公告",
    "objection": "异议",
    "person": "人员",
    "presence": "人员归属",
    "proceeding": "依职权办理",
    "question": "咨询",
    "registration": "注册",
    "robot_run": "定时任务",
    "sign_up": "用户注册",
    "sms": "短信",
    "user": "账号",
    "verification": "实名认证",
}


def label(kind: str) -> str:
    """The words for `kind`; a kind of a room that is gone is shown as it is."""
    return LABELS.get(kind, kind)
