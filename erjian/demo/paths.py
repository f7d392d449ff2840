"""The ways a case can go in the demonstration, how long each step takes, and what people write on it."""

from __future__ import annotations

_FILED = ("start", "fill", "report")
_CONSENTED = (*_FILED, "consent")
_ACCEPTED = (*_CONSENTED, "accept")
_FIRST = (*_ACCEPTED, "first_pass")
_FINAL = (*_FIRST, "final_pass")

#: Steps by the way a story ends. Those that wait for a batch end with the final review; the batch goes on.
PATHS: dict[str, tuple[str, ...]] = {
    "draft": ("start", "fill"),
    "draft_bare": ("start",),
    "wait_person": _FILED,
    "reminded": (*_FILED, "remind"),
    "declined": (*_FILED, "decline"),
    "withdrawn": (*_FILED, "withdraw"),
    "withdrawn_late": (*_ACCEPTED, "withdraw"),
    "timed_out": (*_FILED, "time_out"),
    "reported": _CONSENTED,
    "resubmitted": (*_CONSENTED, "request_correction", "resubmit", "consent"),
    "consent_again": (*_CONSENTED, "request_correction", "resubmit"),
    "correction": (*_CONSENTED, "request_correction"),
    "not_accepted": (*_CONSENTED, "refuse_acceptance"),
    "accepted": _ACCEPTED,
    "accepted_corrected": (*_CONSENTED, "request_correction", "resubmit_papers", "accept"),
    "accepted_deemed": (*_CONSENTED, "deem_accepted"),
    "accepted_extended": (*_ACCEPTED, "extend"),
    "stepped_back": (*_FIRST, "step_back"),
    "first_ok": _FIRST,
    "first_ng": (*_ACCEPTED, "first_fail"),
    "review_ok": _FINAL,
    "review_ng": (*_FIRST, "final_fail"),
    "review_ng_twice": (*_ACCEPTED, "first_fail", "final_fail"),
    "batch": _FINAL,
    "batch_corrected": (*_CONSENTED, "request_correction", "resubmit", "consent", "accept", "first_pass", "final_pass"),
    "batch_back": (*_FIRST, "step_back", "first_pass", "final_pass"),
    "batch_refused": (*_ACCEPTED, "first_fail", "final_fail"),
    "terminated": (*_FINAL, "terminate"),
    # Ways that other procedures than 初始 take.
    "confirmed": _CONSENTED,
    "wait_former": _CONSENTED,
    "former_agreed": (*_CONSENTED, "agree_former"),
    "former_refused": (*_CONSENTED, "refuse_former"),
    "former_accepted": (*_CONSENTED, "agree_former", "accept"),
    "former_reviewed": (*_CONSENTED, "agree_former", "accept", "first_pass"),
    "wait_enterprise": _FILED,
    "enterprise_agreed": (*_FILED, "agree_enterprise"),
    "handed_in": _FILED,
    "handed_in_accepted": (*_FILED, "accept"),
    "replaced": (*_ACCEPTED, "final_pass"),
}

#: Working days before a step, fewest and most; 0 is the same day.
GAPS: dict[str, tuple[int, int]] = {
    "fill": (0, 0),
    "report": (0, 1),
    "remind": (2, 3),
    "consent": (0, 2),
    "decline": (1, 3),
    "withdraw": (1, 4),
    "time_out": (11, 11),
    "request_correction": (1, 3),
    "resubmit": (2, 6),
    "resubmit_papers": (1, 4),
    "refuse_acceptance": (1, 4),
    "accept": (1, 3),
    "deem_accepted": (6, 6),
    "extend": (9, 14),
    "first_pass": (1, 5),
    "first_fail": (1, 5),
    "step_back": (1, 2),
    "final_pass": (1, 4),
    "final_fail": (1, 4),
    "terminate": (1, 3),
    "agree_former": (1, 4),
    "refuse_former": (1, 4),
    "agree_enterprise": (1, 3),
}

#: With the kind of the case in place of {}.
FIRST_PASSING = ("资料齐全，信息一致，同意。", "经初审，符合{}条件，拟同意。", "材料真实有效，同意上报。", "")
FINAL_PASSING = ("资料齐全，信息一致，同意。", "经复审，符合{}条件，同意。", "材料真实有效，同意办理。", "")
FAILING = (
    "劳动合同单位签章不清晰，且聘用期限与所填聘用时间不一致。",
    "经核查，本人社会保险在其他单位缴纳，与聘用单位不一致。",
    "资格证书姓名与身份证姓名不一致，且未提供更名证明。",
)
DECLINING = ("已与该单位解除劳动关系，不同意注册。", "聘用时间填写不正确，请更正后重新提交。")
BACK = ("请核实聘用时间与劳动合同是否一致后重新审核。", "学历证书扫描件不完整，请核对原件。")
CORRECTIONS = (
    ({"target": "material:contract", "what": "聘用劳动合同", "detail": "最后一页缺单位签章，请重新上传完整扫描件"},),
    (
        {"target": "employment_begin", "what": "聘用开始时间", "detail": "与劳动合同约定的起始日期不一致，请核对"},
        {"target": "material:education", "what": "学历证书", "detail": "扫描件模糊，学校印章无法辨认"},
    ),
    (
        {"target": "material:qualification", "what": "二级建造师资格证书", "detail": "只上传了封面，请补充内页"},
        {"target": "punishments", "what": "处罚或不良情形", "detail": "没有的请填“无”"},
    ),
)
NOT_ACCEPTED = (
    "申报的注册类型不属于本机关职权范围：申请人已取得一级建造师注册证书，请向国务院住房城乡建设主管部门提出。"
)
EXTENDING = "需向资格证书签发机关核实证书信息，经本机关负责人批准，延长十个工作日。"
TERMINATING = "本人已在公示前申请退出，企业书面确认终止。"
