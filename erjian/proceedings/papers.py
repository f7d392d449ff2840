"""告知书 and 决定书: numbered in the transition's transaction, rendered and signed by a job (GB/T 9704 letter form)."""

from __future__ import annotations

from datetime import date
from typing import Any

from procrastinate.contrib.django import app as queue

from erjian import audit, documents, files, policy
from erjian.applications import form_data
from erjian.audit import Actor, codes
from erjian.policy import authorities, clock
from erjian.proceedings.measures import Rule, rule
from erjian.proceedings.models import Paper, PaperKind, Proceeding
from erjian.registry import numbers

codes.register("proceeding.paper", "出具文书")


def written(day: date | None) -> str:
    """A day as official papers write it, 2026年3月1日; "" for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _title(kind: PaperKind, found: Rule) -> str:
    subject = f"{found.label}二级建造师注册" if found.voids else f"{found.label}二级建造师注册证书"
    return f"{subject}{'决定书' if kind == PaperKind.DECISION else '事先告知书'}"


def issue(proceeding: Proceeding, kind: PaperKind, *, paragraphs: list[str], actor: Actor) -> Paper:
    """Write the paper with everything it says, and queue its rendering."""
    rules, found = policy.current(), rule(proceeding.measure)
    year = clock.today().year
    word = found.word if kind == PaperKind.DECISION else "hearing_notice"
    number = rules.numbers.document_number(word, year, numbers.take(f"paper:{word}", year=year))
    content: dict[str, Any] = {
        "kind": "generic",
        "title": _title(kind, found),
        "organ": authorities.province().name,
        "to": f"{proceeding.person.name}、{proceeding.enterprise.name}",
        "paragraphs": paragraphs,
        "remedy": kind == PaperKind.DECISION,
        "decides": kind == PaperKind.DECISION,
        "received_from": proceeding.enterprise.name,
        "received": proceeding.created_at.astimezone(clock.ZONE).date().isoformat(),
        "person": proceeding.person.name,
        "procedure": found.label,
        "case_no": proceeding.number,
        "date": clock.today().isoformat(),
        "platform": rules.province.platform_title,
        "phone": rules.province.support_phone,
        "service": f"{clock.today()} 通过平台送达",
        "review_body": rules.province.review_body,
        "court": rules.province.court,
        "review_days": rules.review_days,
        "lawsuit_months": rules.lawsuit_months,
    }
    paper = Paper.objects.create(
        proceeding=proceeding,
        kind=kind,
        number=number,
        issued_on=clock.today(),
        data=form_data.seal(content),
        created_at=clock.now(),
    )
    audit.record(
        "proceeding.paper",
        actor=actor,
        subject=("proceeding", proceeding.pk),
        data={"kind": kind.value, "number": number},
    )
    queue.configure_task("erjian.proceedings.tasks.render_paper", queueing_lock=f"paper:{paper.pk}").defer(
        paper_id=paper.pk
    )
    return paper


def render(paper: Paper) -> Paper:
    """Render and store the paper's file; the first stored file wins."""
    if paper.file_id:
        return paper
    content = form_data.unseal(paper.data) | {"doc_no": paper.number, "qr": documents.qr(paper.number)}
    pdf = documents.render("notices", content, timestamp=paper.created_at)
    signed = documents.sign(pdf, reason=paper.get_kind_display(), signed_at=paper.created_at)
    blob = files.put(signed, media_type="application/pdf")
    Paper.objects.filter(pk=paper.pk, file__isnull=True).update(file=blob)
    paper.refresh_from_db()
    return paper


def _subject(proceeding: Proceeding) -> str:
    registration = proceeding.registration
    return (
        f"{proceeding.person.name}（身份证号 {proceeding.person.id_number_mask}，注册编号 {registration.number}，"
        f"聘用企业 {proceeding.enterprise.name}）"
    )


def notice(proceeding: Proceeding) -> list[str]:
    """Paragraphs of the 告知书."""
    found = rule(proceeding.measure)
    ground = found.ground(proceeding.ground)
    assert proceeding.due_on is not None
    days = policy.current().proceedings.statement_days
    follows = [f"{found.effect}。"]
    if ground.bar:
        follows.append(f"{ground.bar.words}。")
    return [
        f"关于{_subject(proceeding)}的二级建造师注册，经查：{proceeding.facts}",
        (
            f"上述情形属于“{ground.text}”，根据{ground.source}的规定，本机关拟作出{found.label}的决定"
            f"{f'，暂扣至{written(proceeding.until)}' if proceeding.until else ''}。决定作出后：{''.join(follows)}"
        ),
        (
            f"根据{found.hearing_source}的规定，你（单位）有权自收到本告知书之日起 {days} 个工作日内"
            f"（{written(proceeding.due_on)}前）登录平台提出陈述、申辩，或者申请听证。逾期未提出的，视为放弃。"
        ),
        "申请听证的，本机关不收取任何费用。",
    ]


def decision(proceeding: Proceeding, *, reason: str, statements: list[str], certificate: str) -> list[str]:
    """Paragraphs of the 决定书."""
    found = rule(proceeding.measure)
    ground = found.ground(proceeding.ground)
    heard: list[str] = []
    if found.heard:
        heard.append(
            f"本机关已于{written(clock.day_of(proceeding.notified_at))}告知拟作出的决定。"  # type: ignore[arg-type]
            + (f"当事人提出：{'；'.join(statements)}" if statements else "当事人在期限内未提出陈述、申辩。")
            + (f"本机关于{written(proceeding.heard_on)}组织了听证。" if proceeding.heard_on else "")
        )
    term = f"，暂扣至{written(proceeding.until)}" if proceeding.until else ""
    follows = [f"{found.effect}。"]
    if found.voids and certificate:
        follows.append(f"证书编号 {certificate} 的注册证书公告作废。")
    if ground.bar:
        follows.append(f"{ground.bar.words}。")
    return [
        f"关于{_subject(proceeding)}的二级建造师注册，经查：{proceeding.facts}",
        *heard,
        f"本机关认为：{reason}",
        f"上述情形属于“{ground.text}”，根据{ground.source}的规定，决定对该注册予以{found.label}{term}。",
        "".join(follows),
    ]
