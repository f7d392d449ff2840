"""A gallery of every component, for screenshots and the accessibility check.

Test-only pages: the values are invented, the templates under ``pages/`` extend the real ones.
"""

import secrets
from datetime import date
from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from django.utils.html import format_html

from erjian.ui.dates import days_left
from erjian.ui.forms import ErjianForm
from erjian.ui.navigation import Entry, Group, Shell
from erjian.ui.paging import Page
from erjian.ui.parts import (
    Bar,
    Comparison,
    Condition,
    Decision,
    Material,
    Moment,
    Row,
    Step,
    Tile,
    View,
    Waiting,
)
from erjian.ui.site import Site
from erjian.ui.tables import Column, Op, Table
from erjian.ui.templatetags.ej import chip, crumbs, qr

PAGES = Path(__file__).parent / "pages"
PICTURE = "/static/ui/portrait.svg"
COMPANY = "湖南麓川建设工程有限公司"

SITE = Site(
    title="湖南省二级建造师公共服务平台",
    province="湖南省",
    footer=(
        ("主办单位：湖南省住房和城乡建设厅", "承办单位：湖南省住房和城乡建设厅信息中心"),
        ("地址：湖南省长沙市雨花区高升路266号", "邮编：410116", "总值班电话：0731-88950000"),
    ),
    links=(("无障碍说明", "/a11y/"), ("个人信息保护", "/privacy/")),
)

_DECLARE = ("初始", "重新", "增项", "延续", "遗失补办", "注销", "身份证号变更")
ENTERPRISE = Shell(
    edition="企业版",
    tabs=(Entry("首页", "/"), Entry("基本信息", "/"), Entry("人员管理", "/", current=True)),
    groups=(
        Group(
            "申报",
            tuple(
                Entry(f"二级建造师{word}申报", "/", current=word == "初始", count=3 if word == "初始" else 0)
                for word in _DECLARE
            ),
        ),
        Group("证书与查询", (Entry("建造师电子证书", "/"), Entry("建造师历史数据", "/"))),
    ),
    menu_label="人员管理 二级建造师",
    who=f"{COMPANY} · 李晓琳",
    who_icon="building",
    messages_url="/",
    messages_count=4,
    password_url="/",
    sign_out_url="/",
)
AUTHORITY = Shell(
    edition="主管单位版",
    tabs=(Entry("待办事项", "/", current=True), Entry("批次与公示", "/"), Entry("统计", "/")),
    who="长沙市住房和城乡建设局 · 胡敏【受理】",
    who_icon="building-bank",
    sign_out_url="/",
)
PUBLIC = Shell(
    tabs=(Entry("首页", "/", current=True), Entry("证书查验", "/"), Entry("公示公告", "/"), Entry("办事指南", "/")),
    manual_url="/",
    sign_in_url="/",
)
PERSON = Shell(
    edition="个人版",
    tabs=(Entry("我的首页", "/", current=True), Entry("电子证照", "/"), Entry("申报查询", "/")),
    who="胡春花",
    who_icon="user-check",
    messages_url="/",
    messages_count=2,
    sign_out_url="/",
)

_ROWS = [
    ("周启明", "430102********3416", "建筑", "", "", "保存未上报", None),
    ("欧阳建国", "430181********7712", "建筑、市政", "2026-11-19", "mine", "待个人确认", 14),
    ("刘思齐", "430703********2238", "机电", "2026-11-12", "mine", "待补正", 2),
    ("彭志远", "430521********4810", "公路、市政", "2026-11-19", "office", "已上报", 4),
    ("唐玉兰", "430224********1027", "市政", "2026-11-16", "office", "已上报", 0),
    ("文国栋", "430525********7357", "建筑", "2026-09-24", "done", "已发证", None),
    ("石磊", "430406********5176", "建筑、机电", "2026-09-17", "bad", "审核不通过", None),
]


def case_table(count: int = 30, *, start: int = 0, **more) -> Table:
    """The list of the manual's 初始申报 page."""
    return Table(
        columns=(
            Column("申报主管部门", lambda row: "长沙市", css="m-hide"),
            Column("姓名", lambda row: format_html("<b>{}</b>", row[0]), css="m-top"),
            Column("身份证号", lambda row: row[1], css="ej-num m-wide", data_label="身份证号"),
            Column("企业名称", lambda row: COMPANY, css="cut m-hide w-low", title=True),
            Column("注册类型", lambda row: "二级注册建造师", css="m-hide w-low2 ej-num"),
            Column("注册专业", lambda row: row[2], css="ej-num", data_label="注册专业"),
            Column("上报时间", lambda row: row[3], css="ej-num m-end", data_label="上报时间"),
            Column("状态", lambda row: chip(row[4], row[5]), css="m-top m-end"),
            Column("剩余时限", lambda row: days_left(row[6]), css="ej-num m-wide"),
        ),
        rows=[_ROWS[number % len(_ROWS)] for number in range(start, start + count)],
        numbered=True,
        name=lambda row: row[0],
        ops=lambda row: (
            Op("查阅", "/case/"),
            Op("修改", "/form/"),
            Op("删除", "/list/", stop=True, post=True, confirm="删除这条申报？", verb="删除这条申报"),
        ),
        **more,
    )


class FilterForm(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", required=False)
    specialty = forms.ChoiceField(label="注册专业", choices=[("", "全部专业"), ("b", "建筑")], required=False)
    start = forms.DateField(label="上报时间 起", required=False)


class CaseForm(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", max_length=30)
    sex = forms.ChoiceField(label="性别", choices=[("m", "男"), ("f", "女")])
    id_number = forms.CharField(label="证件号")
    phone = forms.CharField(label="手机号码", help_text="用于接收短信验证码")
    graduated = forms.DateField(label="毕业时间", required=False)
    degree = forms.ChoiceField(label="学位", choices=[("1", "无"), ("2", "学士")], widget=forms.RadioSelect)
    start = forms.DateField(label="聘用开始时间")
    long_term = forms.BooleanField(label="长期", required=False)
    penalties = forms.CharField(label="处罚或不良情形", widget=forms.Textarea, required=False)


def _list():
    page = Page(
        items=[],
        number=1,
        pages=5,
        per_page=30,
        count=128,
        more=False,
        next={"page": 2},
        previous=None,
        last={"page": 5},
    )
    views = (
        View("全部", "?", 128, current=True),
        View("待我处理", "?", 17),
        View("保存未上报", "?", 6),
        View("待个人确认", "?", 8),
        View("待补正", "?", 3),
        View("审核中", "?", 41),
    )
    return {"shell": ENTERPRISE, "table": case_table(), "page": page, "views": views, "filter": FilterForm()}


CONDITIONS = (
    Condition("ok", "已通过实名认证", "2026-11-03 人脸核验", "操作手册 2.1", "/"),
    Condition("no", "人员寸照不合格", "宽 220 像素，应不小于 295 × 413 像素", "平台照片要求", "/"),
    Condition("ask", "继续教育待提供", "资格证书 2023-06-18 签发，已满 3 年", "《注册建造师管理规定》第十一条", "/"),
    Condition("ok", "没有其他在办申报", source="平台规则"),
)
MATERIALS = (
    Material("人员寸照", "/", PICTURE, "沿用 2026-03 档案"),
    Material("身份证正照", "/", PICTURE, "实名认证时采集"),
    Material("聘用劳动合同", "/", "", "5 页 · 1.9 MB"),
    Material("继续教育证明", problem="应上传而未上传"),
)


def _form(request):
    data = {
        "name": "周启明",
        "sex": "m",
        "id_number": "430102199003173416",
        "phone": "",
        "degree": "1",
        "start": "2025-02-30",
        "graduated": "2012-06-30",
        "penalties": "无",
    }
    return {
        "shell": ENTERPRISE,
        "form": CaseForm(data),
        "conditions": CONDITIONS,
        "autosave": f"/save/{request.GET.get('save', 'ok')}/",
        "tabs": (View("初始注册申报", "/", current=True), View("附件材料", "/", "6 / 7")),
        "picture": PICTURE,
    }


def _case():
    route = ("保存", "个人确认", "受理", "初审", "复审", "公示", "公告", "发证")
    steps = [
        Step(word, "11-05" if n < 3 else "", "done" if n < 3 else "now" if n == 3 else "")
        for n, word in enumerate(route)
    ]
    rows = [
        ("姓名", "周子谦"),
        ("性别", "男"),
        ("身份证号", "430103********5518"),
        ("民族", "汉族"),
        Row("企业名称", COMPANY, wide=True, origin="取自企业基本信息"),
    ]
    moments = (
        Moment("初审", "11-05 到达", "长沙市住房和城乡建设局", "待初审人处理", now=True),
        Moment("受理通过", "11-05 10:12", "长沙市住房和城乡建设局 胡敏", quote="材料齐全，符合法定形式，予以受理。"),
        Moment("上报", "10-28 15:20", f"{COMPANY} 李晓琳", "数据第 2 版"),
    )
    return {"shell": ENTERPRISE, "steps": steps, "rows": rows, "moments": moments, "materials": MATERIALS}


class QueueForm(forms.Form):
    kind = forms.ChoiceField(label="申报类型", choices=[("", "全部类型，先到期在前")], required=False)


def _desk():
    waiting = [
        Waiting(name, "初始申报", COMPANY, "/desk/", days_left(left), current=n == 1)
        for n, (name, left) in enumerate([("刘志强", 0), ("彭志远", 4), ("陈思源", 4), ("杨柳青", 5), ("何晓东", 5)])
    ]
    found = "人员信息", "实名认证、资格库"
    rows = [
        Comparison("姓名", "彭志远", "彭志远", "", *found),
        Comparison("学历", "本科", "大专", "学历证书复核", *found),
        Comparison("手机号码", "139****4408", "139****4408", "", *found),
        Comparison("市政公用工程", "申报", "无合格资格", "不得注册", "注册专业", "资格库"),
    ]
    decisions = (
        Decision("accept", "受理", "S", confirm="受理彭志远的初始申报？"),
        Decision("correct", "一次性告知补正", "B", "primary", confirm="告知补正？"),
        Decision("refuse", "不予受理", "N", "stop", confirm="不予受理彭志远的初始申报？"),
    )
    film = [View(word, "#", PICTURE, current=n == 2) for n, word in enumerate(("寸照", "证件正", "学历", "合同"))]
    return {
        "shell": AUTHORITY,
        "queue_filter": QueueForm()["kind"],
        "waiting": waiting,
        "rows": rows,
        "decisions": decisions,
        "film": film,
        "material": Material("学历证书", PICTURE),
        "phrases": ("材料齐全，予以受理", "学历与证书不一致", "劳动合同缺页"),
    }


def _person():
    cert = {
        "title": "二级建造师注册证书",
        "province": "湖南省",
        "name": "胡春花",
        "portrait": PICTURE,
        "qr": qr(["1011", "0110", "1101", "1001"], "证书查验二维码"),
        "rows": [("注册编号", "湘2432021202300871"), ("聘用企业", COMPANY), ("使用有效期", "2026-09-01 至 2027-02-27")],
        "specialties": [("建筑工程", "有效至 2029-03-14", False), ("市政公用工程", "有效至 2027-01-31，可延续", True)],
    }
    return {"shell": PERSON, "cert": cert}


def _verify():
    return {
        "shell": PUBLIC,
        "rows": [
            ("姓名", "文国栋"),
            ("性别", "男"),
            ("注册编号", "湘2432023202601234"),
            Row("聘用企业", COMPANY, wide=True),
        ],
        "picture": PICTURE,
    }


def _parts(request):
    number = int(request.GET.get("page", "1"))
    tiles = (Tile("待受理", 27, "件", "/", "mine"), Tile("逾期", 1, "件", "/", "bad"), Tile("本月办结", 412, "件"))
    return {
        "shell": AUTHORITY,
        "tiles": tiles,
        "bars": (Bar("已上报", 41, url="/"), Bar("已受理", 47, 7), Bar("公示中", 0)),
        "table": case_table(3, start=3 * number - 3, pick=lambda row: f"{row[0]}:{number}:{secrets.token_hex(4)}"),
        "nobody": Table(
            columns=(Column("姓名", "name"),), rows=[], empty="没有“待补正”的申报。", empty_links=(("查看全部", "?"),)
        ),
        "start": date(2025, 7, 1),
        "end": date(2028, 6, 30),
        "form": CaseForm(),
    }


VALUES = {
    "list": _list,
    "form": _form,
    "case": _case,
    "desk": _desk,
    "parts": _parts,
    "home": lambda: {"shell": PUBLIC},
    "signin": lambda: {"shell": PUBLIC, "form": CaseForm()},
    "person": _person,
    "verify": _verify,
    "phone": dict,
    "confirm": lambda: {
        "shell": ENTERPRISE,
        "frame": "ui/shell.html",
        "crumbs": crumbs("人员管理", "/", "撤回申报"),
        "title": "撤回申报",
        "question": "撤回周子谦的初始申报？",
        "consequences": ("撤回后须重新上报。",),
        "action": "/",
        "verb": "撤回这件申报",
        "keep": "保留",
        "keep_url": "/",
        "tone": "stop",
        "hidden": (("version", 3),),
        "form": None,
    },
    "missing": lambda: {"shell": PUBLIC},
}
_TEMPLATES = {"confirm": "ui/confirm.html", "missing": "404.html"}


def _values(request, name: str) -> dict:
    return VALUES[name](request) if name in ("form", "parts") else VALUES[name]()


def draw(request, name: str) -> HttpResponse:
    """One page of the gallery."""
    engine = engines["django"]
    if name in _TEMPLATES:
        template = engine.get_template(_TEMPLATES[name])
    else:
        template = engine.from_string((PAGES / f"{name}.html").read_text(encoding="utf-8"))
    return HttpResponse(template.render({"site": SITE, **_values(request, name)}, request))


@login_not_required
def page(request, name: str) -> HttpResponse:
    """One page of the gallery; what is posted to it is answered with what arrived."""
    if request.method == "POST":
        arrived = "、".join(
            f"{key}={value}" for key, values in request.POST.lists() if "csrf" not in key for value in values
        )
        return HttpResponse(format_html('<link rel="icon" href="data:,"><p>{}</p>', arrived))
    return draw(request, name)


@login_not_required
def save(request, outcome: str) -> HttpResponse:
    """What an autosave can be answered with."""
    if outcome == "gone":
        return JsonResponse({}, status=401)
    if outcome == "changed":
        return JsonResponse({"message": "这份申报已被胡敏修改。"}, status=409)
    return JsonResponse({"saved_at": "10:24:36", "version": 4})


urlpatterns = [path("save/<slug:outcome>/", save), path("<slug:name>/", page)]
