"""Forms: Chinese sentences, and everything of a field tied together for screen readers."""

import re
from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines

from erjian.standards.errors import Refusal
from erjian.ui import fields
from erjian.ui.forms import ErjianForm


class Filing(ErjianForm, forms.Form):
    name = forms.CharField(label="姓名", max_length=4)
    sex = forms.ChoiceField(label="性别", choices=[("m", "男"), ("f", "女")])
    born = forms.DateField(label="出生日期", help_text="与身份证一致")
    pages = forms.IntegerField(label="页数", min_value=1, required=False)
    mail = forms.EmailField(label="邮箱", required=False)
    proof = forms.FileField(label="证明", required=False)
    agreed = forms.BooleanField(label="已阅读")
    own = forms.CharField(label="编号", error_messages={"required": "编号写在证书右下角。"})
    degree = forms.ChoiceField(
        label="学位", choices=[("0", "无"), ("1", "学士")], widget=forms.RadioSelect, required=False
    )


MISTAKES = [
    ("name", "", "请填写姓名。"),
    ("name", "周启明周启明", "姓名最多 4 个字。请缩短后再填。"),
    ("sex", "", "请选择性别。"),
    ("sex", "x", "性别不在可选范围内。请重新选择。"),
    ("born", "2025-02-30", "出生日期不是日历上的一天。请按“年-月-日”填写，如 2026-11-20。"),
    ("born", "0001-01-01", "年份应在 1900 至 2999 之间。请核对后填写。"),
    ("born", "9999-12-31", "年份应在 1900 至 2999 之间。请核对后填写。"),
    ("pages", "三", "页数须为数字。请只填写数字。"),
    ("pages", "0", "页数不能小于 1。请核对后填写。"),
    ("mail", "a@", "邮箱不是电子邮箱地址。请核对后填写。"),
    ("agreed", "", "请先勾选“已阅读”。"),
    ("own", "", "编号写在证书右下角。"),
]


@pytest.mark.parametrize(("name", "value", "said"), MISTAKES)
def test_every_usual_mistake_is_named_with_what_to_do(name, value, said):
    form = Filing({name: value})
    assert form.errors[name] == [said]


def test_a_field_ties_label_hint_and_error_to_its_control():
    drawn = fields.field(Filing({"born": "x"})["born"])
    assert '<label for="id_born" class="ej-req">出生日期</label>' in drawn
    assert 'type="date"' in drawn
    assert 'aria-describedby="id_born_hint id_born_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="id_born_hint"' in drawn
    assert 'id="id_born_error"' in drawn
    assert "is-bad" in drawn
    assert " required" not in drawn


def test_a_day_is_given_to_the_browser_in_its_order():
    assert 'value="2026-11-20"' in fields.field(Filing(initial={"born": date(2026, 11, 20)})["born"])


def test_radio_buttons_are_a_group_with_a_name():
    drawn = fields.field(Filing({"degree": "1"})["degree"])
    assert 'role="group" aria-labelledby="id_degree_label"' in drawn
    assert len(re.findall(r'<input[^>]+type="radio"', drawn)) == 2
    assert drawn.count("checked") == 1


def test_a_read_only_field_shows_its_choice_and_its_origin():
    drawn = fields.field(Filing(initial={"sex": "f"})["sex"], origin="取自实名认证")
    assert 'value="女"' in drawn
    assert "readonly" in drawn
    assert "取自实名认证" in drawn


def test_a_long_read_only_value_is_wrapped_whole():
    name = "湖南麓川建设工程集团第二市政路桥与机电安装工程总承包建设股份有限公司 <长沙>"
    drawn = fields.readonly("企业名称", name)
    assert re.search(r"<textarea[^>]* readonly>湖南麓川[^<]+公司 &lt;长沙&gt;</textarea>", drawn)
    assert "<textarea" not in fields.readonly("企业名称", "湖南麓川建设工程有限公司")


def test_values_and_errors_are_escaped():
    form = Filing({"name": "<b>"})
    form.add_error("name", "<script>")
    drawn = fields.field(form["name"])
    assert "<b>" not in drawn
    assert "<script>" not in drawn


def test_the_summary_links_to_the_controls_in_the_order_of_the_form():
    form = Filing({"name": "周启明", "sex": "m", "born": "x", "own": "1"})
    form.add_error(None, "数据已被他人修改。")
    assert [address for _, address in form.problems()] == ["", "#id_born", "#id_agreed"]
    drawn = engines["django"].from_string("{% load ej %}{% error_summary form %}").render({"form": form})
    assert '<a href="#id_born">' in drawn
    assert "有 3 处需要处理" in drawn


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("elsewhere", "__all__"), (None, "__all__")])
def test_a_refusal_is_shown_where_it_belongs(field, place):
    form = Filing({})
    form.refuse(Refusal("身份证号最后一位不对。请核对。", code="check_digit", field=field))
    assert "身份证号最后一位不对。请核对。" in form.errors[place]


class Proof(ErjianForm, forms.Form):
    facts = forms.CharField(label="事实", max_length=5)
    paper = forms.FileField(label="证明材料")


@pytest.mark.parametrize(
    ("facts", "paper", "again"),
    [("一二三四五六", "合同<1>.pdf", True), ("一二三", "合同<1>.pdf", False), ("一二三四五六", "", False)],
)
def test_a_refused_form_says_that_its_files_have_to_be_chosen_again(facts, paper, again):
    given = {"paper": SimpleUploadedFile(paper, b"%PDF-")} if paper else {}
    form = Proof({"facts": facts}, given)
    drawn = str(fields.field(form["paper"]))
    assert ("刚才选择的 合同&lt;1&gt;.pdf 没有保存，改正后请重新选择。" in drawn) is again
    assert ('aria-describedby="id_paper_lost"' in drawn) is again


def test_an_error_of_no_field_may_say_where_it_is_mended():
    form = Filing({})
    form.add_error(None, forms.ValidationError("请上传证明照片。", params={"at": "proof_photo"}))
    form.add_error(None, "两处不能同时填写。")
    assert form.problems()[:2] == [("请上传证明照片。", "#proof_photo"), ("两处不能同时填写。", "")]


@pytest.mark.parametrize(("given", "folds"), [({}, True), ({"born": "2025-02-28"}, False), ({"born": "x"}, False)])
def test_a_condition_in_use_or_in_error_never_folds_away(given, folds):
    template = engines["django"].from_string("{% load ej %}{% filter_field form.born extra=True short=True %}")
    drawn = template.render({"form": Filing(given or None)})
    assert drawn.startswith(f'<div class="short{" extra" if folds else ""}">')
