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

/* 已勾选 3 条, beside the buttons that act on what is ticked. Ticks stay while the reader turns the pages of the list or
   searches in it: those of rows that are not shown go with the form as hidden fields. What stands before the first colon
   of a box's value names its row, the rest (a version, a signature) may differ from page to page. */
const KEPT = `ej-ticks:${location.pathname}`;
const SENT = `ej-ticks-sent:${location.pathname}`;
const row = (value) => value.split(":")[0];

function count(form) {
  const elsewhere = form.querySelectorAll("[data-elsewhere]").length;
  const ticked = form.querySelectorAll("td.pick input:checked").length + elsewhere;
  const aside = elsewhere ? `，其中 ${elsewhere} 条不在本页` : "";
  form.querySelector("[data-picked]").textContent = ticked ? `已勾选 ${ticked} 条${aside}` : "";
}

function keep(form) {
  if (!form?.querySelector("[data-picked]")) return;
  const chosen = [...form.querySelectorAll("td.pick input:checked, [data-elsewhere]")];
  sessionStorage.setItem(KEPT, JSON.stringify(chosen.map((one) => one.value)));
  count(form);
}

/* Whether this page was reached from another page of the same list, or by going back to it; not after its form was sent. */
function turned() {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return true;
  return !sent && document.referrer && new URL(document.referrer).pathname === location.pathname;
}

function bring(form) {
  const boxes = [...form.querySelectorAll("td.pick input")];
  for (const value of (turned() && JSON.parse(sessionStorage.getItem(KEPT))) || []) {
    const box = boxes.find((one) => row(one.value) === row(value));
    if (box) {
      box.checked = true;
      box.closest("tr").classList.add("chosen");
    } else {
      const hidden = document.createElement("input");
      Object.assign(hidden, { type: "hidden", name: boxes[0]?.name ?? "picked", value });
      hidden.dataset.elsewhere = "";
      form.append(hidden);
    }
  }
}

addEventListener("pageshow", (event) => {
  for (const form of document.querySelectorAll("form:has([data-picked])")) {
    if (!event.persisted) bring(form);
    keep(form);
  }
});

document.addEventListener("submit", (event) => {
  if (event.target.querySelector("[data-picked]") && !("many" in event.target.dataset)) sessionStorage.setItem(SENT, "1");
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-pick-all]");
  if (all) {
    for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) {
      box.checked = all.checked;
      box.closest("tr").classList.toggle("chosen", box.checked);
    }
    keep(all.form);
    return;
  }
  const box = event.target.closest("td input[type=checkbox]");
  if (box) {
    box.closest("tr").classList.toggle("chosen", box.checked);
    keep(box.form);
  }
  const chooser = event.target.closest("select[data-submit-on-change]");
  if (chooser) chooser.form.requestSubmit();
});
