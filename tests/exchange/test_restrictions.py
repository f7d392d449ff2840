"""The kinds about people and what binds them: bars, locks, continuing education."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from erjian.registry.models import Bar, EducationHours, Lock
from tests import makers
from tests.exchange.files import load, tally, xlsx

pytestmark = pytest.mark.django_db


class TestBars:
    def row(self, **changed: Any) -> dict[str, Any]:
        values = {
            "姓名": "周启明",
            "身份证号": makers.id_number(serial=41),
            "依据": "以欺骗、贿赂等不正当手段取得",
            "事由": "伪造资格证书",
            "文书号": "湘建罚〔2025〕12号",
            "起始日期": "2025-03-01",
            "截止日期": "2028-02-29",
            "解除日期": "",
        }
        return values | changed

    def test_new_lifted_same(self) -> None:
        assert tally(load("bars", xlsx([self.row()]))) == (1, 0, 0, 0)
        assert tally(load("bars", xlsx([self.row()]))) == (0, 0, 1, 0)
        assert tally(load("bars", xlsx([self.row(解除日期="2026-01-01")]))) == (0, 1, 0, 0)
        bar = Bar.objects.get()
        assert (bar.person.name, bar.ends, bar.lifted_on) == ("周启明", date(2028, 2, 29), date(2026, 1, 1))

    def test_for_life_must_be_said(self) -> None:
        outcome = load("bars", xlsx([self.row(截止日期="")]))
        assert "请填“终身”" in outcome.errors[0][1]
        assert tally(load("bars", xlsx([self.row(依据="终身不予注册", 截止日期="")]))) == (1, 0, 0, 0)
        assert tally(load("bars", xlsx([self.row(截止日期="终身")]))) == (1, 0, 0, 0)
        assert set(Bar.objects.values_list("ends", flat=True)) == {None}


class TestLocks:
    def row(self, **changed: Any) -> dict[str, Any]:
        values = {
            "姓名": "周启明",
            "身份证号": makers.id_number(serial=41),
            "锁定类型": "在施锁定",
            "锁定原因": "担任梅溪湖安置房二期项目负责人",
            "项目编号或文书号": "4301042511050101",
            "锁定日期": "2026-03-01",
            "锁定截止日期": "",
            "解锁日期": "",
            "解锁原因": "",
        }
        return values | changed

    def test_new_same_released(self) -> None:
        assert tally(load("locks", xlsx([self.row()]))) == (1, 0, 0, 0)
        assert tally(load("locks", xlsx([self.row()]))) == (0, 0, 1, 0)
        released = self.row(解锁日期="2026-06-01", 解锁原因="竣工验收合格")
        assert tally(load("locks", xlsx([released]))) == (0, 1, 0, 0)
        lock = Lock.objects.get()
        assert (lock.kind, lock.released_on, lock.release_reason) == ("project", date(2026, 6, 1), "竣工验收合格")
        assert tally(load("locks", xlsx([self.row()]))) == (0, 0, 1, 0), (
            "an empty cell releases nothing and undoes nothing"
        )

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"项目编号或文书号": ""}, "在施锁定须填写项目编号"),
            ({"锁定截止日期": "2026-02-01"}, "早于锁定日期"),
            ({"解锁日期": "2026-06-01"}, "解锁原因：没有填写"),
            ({"锁定类型": "其他"}, "可填：在施锁定"),
        ],
    )
    def test_refused_rows_say_why(self, changed: dict[str, Any], words: str) -> None:
        assert words in load("locks", xlsx([self.row(**changed)])).errors[0][1]


class TestEducation:
    def row(self, **changed: Any) -> dict[str, Any]:
        values = {
            "姓名": "周启明",
            "身份证号": makers.id_number(serial=41),
            "完成日期": "2026-04-18",
            "必修学时": 60,
            "选修学时": "60学时",
            "课程名称": "建筑工程专业继续教育（2026 年）",
            "培训机构": "湖南城建职业技术学院",
            "证明编号": "XJ2026041800123",
        }
        return values | changed

    def test_new_same_corrected_withdrawn(self) -> None:
        assert tally(load("education", xlsx([self.row()]))) == (1, 0, 0, 0)
        assert tally(load("education", xlsx([self.row()]))) == (0, 0, 1, 0)
        assert tally(load("education", xlsx([self.row(选修学时=30)]))) == (0, 1, 0, 0)
        hours = EducationHours.objects.get()
        assert (hours.compulsory, hours.elective, hours.person.name) == (60, 30, "周启明")
        EducationHours.objects.update(withdrawn_on=date(2026, 5, 1), withdraw_reason="伪造")
        assert "已撤回" in load("education", xlsx([self.row()])).errors[0][1]

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"必修学时": 0, "选修学时": ""}, "不能都是 0"),
            ({"必修学时": 999}, "0 至 500"),
            ({"必修学时": "-1"}, "0 至 500"),
            ({"完成日期": "2999-01-01"}, "晚于今天"),
            ({"证明编号": ""}, "证明编号：没有填写"),
        ],
    )
    def test_refused_rows_say_why(self, changed: dict[str, Any], words: str) -> None:
        assert words in load("education", xlsx([self.row(**changed)])).errors[0][1]
