/* Things that open and close: the menu, the rest of the filter, the conditions that hold, a phrase into a text. */
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

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-pick-all]");
  if (all) {
    for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) {
      box.checked = all.checked;
      box.closest("tr").classList.toggle("chosen", box.checked);
    }
    all.dispatchEvent(new CustomEvent("ej:picked", { bubbles: true }));
    return;
  }
  const box = event.target.closest("td input[type=checkbox]");
  if (box) box.closest("tr").classList.toggle("chosen", box.checked);
  const chooser = event.target.closest("select[data-submit-on-change]");
  if (chooser) chooser.form.requestSubmit();
});
