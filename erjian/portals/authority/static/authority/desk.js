/* The desk: says that the page itself asks before a decision, names the case and the opinion when it asks, writes a
   ticked line into the opinion, and keeps what was typed for a case while the officer looks at others. It stays in this
   tab, for this officer and this version of the case. */
for (const form of document.querySelectorAll("form[data-asks]")) form.elements.asked.value = "1";

const numbered = /^\s*[（(]?\d{1,2}[)）.、．]\s*/;

function lines(text) {
  return text.split("\n").map((line) => line.replace(numbered, "").trim()).filter(Boolean);
}

document.addEventListener("change", (event) => {
  const { defect } = event.target.dataset;
  const opinion = document.getElementById("id_opinion");
  if (!defect || !opinion) return;
  const what = `${defect.split("：", 1)[0]}：`;
  const kept = lines(opinion.value).filter((line) => !line.startsWith(what));
  if (event.target.checked) kept.push(defect);
  opinion.value = kept.length > 1 ? kept.map((line, at) => `${at + 1}. ${line}`).join("\n") : kept.join("");
});

function ticked() {
  return document.querySelectorAll("[data-defect]:checked").length;
}

/* What is ticked belongs into a 补正通知书: that becomes the suggested decision. */
const correcting = document.querySelector("[data-decides=request_correction]");
const suggested = document.querySelector("#decide .btn-primary");

function suggest() {
  if (!correcting || suggested === correcting) return;
  correcting.classList.toggle("btn-primary", ticked() > 0);
  correcting.classList.toggle("btn-plain", !ticked());
  suggested?.classList.toggle("btn-primary", !ticked());
  suggested?.classList.toggle("btn-plain", ticked() > 0);
}

document.addEventListener("change", (event) => {
  if (event.target.dataset.defect) suggest();
});
addEventListener("pageshow", suggest);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-decides]");
  if (!button) return;
  const opinion = document.getElementById("id_opinion");
  const said = opinion.value.trim();
  if (button.dataset.needs && !said) {
    event.preventDefault();
    const error = document.querySelector("[data-opinion-error]");
    error.textContent = button.dataset.needs;
    error.hidden = false;
    opinion.classList.add("is-bad");
    opinion.setAttribute("aria-invalid", "true");
    opinion.focus();
    return;
  }
  const words = [document.getElementById("desk-title").textContent];
  if (said) words.push(`意见：${said}`);
  if (ticked()) words.push(`已勾选 ${ticked()} 项需要补正的内容。`);
  button.dataset.confirmText = words.join("\n");
});

document.getElementById("id_opinion")?.addEventListener("input", ({ target }) => {
  target.classList.remove("is-bad");
  target.removeAttribute("aria-invalid");
  document.querySelector("[data-opinion-error]").hidden = true;
});

const draft = document.querySelector("form[data-keep]");
const box = draft?.elements.opinion;
const place = `ej-opinion:${draft?.dataset.keep}`;

function keep() {
  try {
    if (box.value.trim()) sessionStorage.setItem(place, box.value);
    else sessionStorage.removeItem(place);
  } catch {
    /* without storage the opinion lasts as long as the page */
  }
}

function forget() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith("ej-opinion:")) sessionStorage.removeItem(name);
}

if (box) {
  try {
    const kept = sessionStorage.getItem(place);
    if (kept && !box.value) {
      box.value = kept;
      draft.querySelector("[data-kept]").hidden = false;
    }
  } catch {
    /* nothing was kept */
  }
  // Phrases and ticked defects write without an input event, so leaving the page counts as well.
  box.addEventListener("input", keep);
  addEventListener("pagehide", keep);
  document.querySelector('form[action="/sign-out/"]')?.addEventListener("submit", () => {
    removeEventListener("pagehide", keep);
    try {
      forget();
    } catch {
      /* nothing was kept */
    }
  });
}
