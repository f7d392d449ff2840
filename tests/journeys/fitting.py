"""What a page on a phone must keep: nothing outside or cut off, targets for a thumb, the button within reach.

Links inside a sentence are no targets of their own (WCAG 2.5.5, exception "Inline"); what scrolls sideways by itself
(tabs, wide lists) may be wider than the screen.
"""

from __future__ import annotations

from playwright.sync_api import Page

LARGE = "--blink-settings=defaultFontSize=28"
"""Chromium with the letters that a reader chose: 28 px in place of 16."""

_CHECK = """() => {
  const wrong = [];
  const seen = (one) => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && !one.closest(".visually-hidden, .ej-skip");
  };
  const named = (one) => {
    const words = one.innerText || one.getAttribute("aria-label") || one.name || "";
    return `${one.tagName.toLowerCase()} ${words.trim().slice(0, 20)}`;
  };
  const speaks = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) wrong.push(`scrolls sideways: ${wide}`);
  for (const one of document.querySelectorAll("body *")) {
    const style = getComputedStyle(one);
    const scrolls = one.parentElement.closest(".table-scroll, .ej-tabs-top, .ej-views, .ej-form-tabs");
    if (!seen(one) || !speaks(one) || scrolls || style.display === "inline") continue;
    const { left, right } = one.getBoundingClientRect();
    if (left < -1 || right > innerWidth + 1) wrong.push(`outside: ${named(one)}`);
    if (one.scrollWidth > one.clientWidth + 2 && one.clientWidth) wrong.push(`cut off: ${named(one)}`);
  }
  const strips = document.querySelectorAll(".ej-tabs-top a, .ej-views a, .ej-form-tabs a");
  for (const one of strips) {
    if (seen(one) && one.scrollWidth > one.clientWidth + 2) wrong.push(`over the next tab: ${named(one)}`);
    const right = one.matches("[aria-current]") ? one.parentElement.getBoundingClientRect().right : Infinity;
    if (seen(one) && one.getBoundingClientRect().right > right + 1) wrong.push(`current but out of sight: ${named(one)}`);
  }
  const pressed = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const one of document.querySelectorAll(pressed)) {
    const around = one.parentElement;
    const inline = one.matches("a, button") && getComputedStyle(one).display === "inline";
    if (!seen(one) || (inline && around.innerText.trim() !== one.innerText.trim())) continue;
    const label = one.matches("[type=checkbox], [type=radio]") && one.closest("label");
    const box = (label || one).getBoundingClientRect();
    if (box.width < 43.5 || box.height < 43.5) {
      wrong.push(`small: ${named(one)} ${Math.round(box.width)} x ${Math.round(box.height)}`);
    }
  }
  const main = [...document.querySelectorAll(".ej-phone .act .btn-primary")].find(seen);
  if (main) {
    const { top, bottom } = main.getBoundingClientRect();
    if (bottom > innerHeight + 1 || top < innerHeight / 3) wrong.push(`out of reach: ${named(main)}`);
  }
  return wrong;
}"""


def faults(page: Page) -> list[str]:
    """What does not fit on the open page, in words; empty when all does."""
    page.wait_for_load_state("networkidle")
    found: list[str] = page.evaluate(_CHECK)
    return found
