"""Notices as the province would write them."""

from __future__ import annotations

from datetime import timedelta

from erjian import policy
from erjian.demo import moments
from erjian.policy import clock
from erjian.publicity.models import Notice, NoticeKind

_NOTICES: tuple[tuple[int, NoticeKind, bool, str, str], ...] = (
    (
        2,
        NoticeKind.NOTICE,
        True,
        "关于启用二级建造师注册电子证书的通知",
        (
            "各市州住房和城乡建设局，各有关企业：\n\n自本月起，新核准的二级建造师注册一律核发电子证书，不再核发纸质证书。电子证书与纸质证书具有同等效力，"
            "可通过证书上的二维码或本平台“证书查验”核对真伪。\n\n已持有纸质证书的，在延续注册时换发电子证书，无需单独申请。\n\n"
            "联系电话：{phone}"
        ),
    ),
    (
        6,
        NoticeKind.NOTICE,
        False,
        "关于做好到期二级建造师延续注册工作的通知",
        (
            "注册有效期届满需要继续执业的，应当在有效期届满 90 日前至 30 日前提出延续申报。逾期未申报的，有效期届满后注册失效，需办理重新申报。\n\n"
            "请各企业登录平台，在“建造师电子证书”中查看本企业人员的有效期，提前做好准备。"
        ),
    ),
    (
        9,
        NoticeKind.GUIDE,
        False,
        "个人版操作指引：本人确认、手写签名和电子证书",
        (
            "一、登录。使用身份证号和口令登录；首次使用的，用登记的手机号码获取短信验证码设置口令。\n\n"
            "二、本人确认。企业上报后，您会收到短信。请在 15 日内登录查看申报内容，选择“同意”或“不同意”。\n\n"
            "三、电子证书。证书制发后，可在“我的证书”查看和下载。"
        ),
    ),
    (
        15,
        NoticeKind.NOTICE,
        False,
        "关于初始申报附件材料要求的说明",
        (
            "近期部分申报因附件材料不清晰需要补正。请注意：\n\n一、劳动合同应为完整扫描件，含双方签章和起止时间，多页合同可合并为一个 PDF 文件。\n\n"
            "二、资格证书取得已满三年的，须上传继续教育证明。\n\n三、人员寸照应为近期免冠正面照，不小于 295×413 像素。"
        ),
    ),
    (
        21,
        NoticeKind.POLICY,
        False,
        "《注册建造师管理规定》有关注册条件的条文摘要",
        (
            "申请初始注册时应当具备以下条件：经考核认定或考试合格取得资格证书；受聘于一个相关单位；达到继续教育要求；"
            "没有第十五条所列情形。\n\n注册证书与执业印章有效期为 3 年。注册有效期满需继续执业的，应当在注册有效期届满 30 日前按照规定申请延续注册。"
        ),
    ),
    (
        28,
        NoticeKind.NOTICE,
        False,
        "关于防范“代办注册”诈骗的提醒",
        (
            "二级建造师注册不收取任何费用，平台没有委托任何单位或者个人代办。凡以“内部渠道”“加急办理”等名义收费的均为诈骗，请提高警惕，"
            "不要向他人提供口令和短信验证码。"
        ),
    ),
    (
        33,
        NoticeKind.GUIDE,
        False,
        "企业版操作指引：从完善企业信息到上报",
        (
            "一、完善“企业基本信息”，带星号的项目为必填项。\n\n二、在“二级建造师初始申报”中点击“添加申报”，按姓名和身份证号选择人员。\n\n"
            "三、填写申报表，上传附件材料，选择注册专业。页面右侧列出各项条件是否符合及其依据。\n\n四、点击“上报”，由本人确认后送主管部门受理。"
        ),
    ),
    (
        40,
        NoticeKind.NOTICE,
        False,
        "平台维护公告",
        "为提升服务质量，平台将于本周六 0:00 至 6:00 进行维护，期间暂停登录和申报，证书查验不受影响。给您带来不便，敬请谅解。",
    ),
)


def write(author: str) -> None:
    """Create the notices, the newest two working days old."""
    phone = policy.current().province.support_phone
    Notice.objects.bulk_create(
        Notice(
            kind=kind,
            title=title,
            body=body.replace("{phone}", phone),
            pinned=pinned,
            author=author,
            created_at=published - timedelta(hours=2),
            published_at=published,
            withdrawn_at=clock.now() - timedelta(days=30) if title == "平台维护公告" else None,
        )
        for ago, kind, pinned, title, body in _NOTICES
        for published in [moments.at(moments.days_ago(ago), 9, 30)]
    )
