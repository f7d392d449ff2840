/* Things that open and close: the menu, the rest of the filter, the conditions that hold, a phrase into a text; rows ticked. */
function target(button) {
  return document.querySelector(button.dataset.toggleOpen);
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle-open]");
  if (toggle) {
    toggle.setAttribute("aria-expanded", target(toggle).classList.toggle("open"));
    return;
  }
  const more = event.target.closest("[data-filter-more]");
  if (more) {
    more.setAttribute("aria-expanded", more.form.classList.toggle("open"));
    return;
  }
  const phrase = event.target.closest("[data-phrase]");
  if (phrase) {
    const field = document.querySelector(phrase.dataset.phraseTarget);
    field.value = field.value.trim() ? `${field.value.trim()}\n${phrase.dataset.phrase}` : phrase.dataset.phrase;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
});

/* 已勾选 3 条, beside the buttons that act on what is ticked. */
function count(form) {
  for (const place of form.querySelectorAll("[data-picked]")) {
    const ticked = form.querySelectorAll("td.pick input:checked").length;
    place.textContent = ticked ? `已勾选 ${ticked} 条` : "";
  }
}

addEventListener("pageshow", () => document.querySelectorAll("form:has([data-picked])").forEach(count));

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-pick-all]");
  if (all) {
    for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) {
      box.checked = all.checked;
      box.closest("tr").classList.toggle("chosen", box.checked);
    }
    if (all.form) count(all.form);
    return;
  }
  const box = event.target.closest("td input[type=checkbox]");
  if (box) {
    box.closest("tr").classList.toggle("chosen", box.checked);
    if (box.form) count(box.form);
  }
  const chooser = event.target.closest("select[data-submit-on-change]");
  if (chooser) chooser.form.requestSubmit();
});
