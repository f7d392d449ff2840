/* The reviewer's keys: J K next and former case, D differences, 1–9 material, W opinion, S B N decide.

   Single keys are off while typing, which Escape ends, and can be switched off altogether (WCAG 2.1.4). A decision's key
   presses its button, which asks once; pressed again it answers. The buttons, links and boxes do the same
   without keys. Whether only differences are shown is kept from case to case, in this browser. */
const off = "ej-keys-off";
const onlyDifferences = "ej-only-diff";
let wired = false;

function kept(name) {
  try {
    return localStorage.getItem(name) === "1";
  } catch {
    return false;
  }
}

function keep(name, on) {
  try {
    localStorage.setItem(name, on ? "1" : "0");
  } catch {
    /* holds for this page only */
  }
}

function typing(element) {
  return element.closest("textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable], dialog");
}

function move(by) {
  const cases = [...document.querySelectorAll(".ej-queue a")];
  const now = cases.findIndex((one) => one.hasAttribute("aria-current"));
  cases[now + by]?.click();
}

function differences(on) {
  document.querySelector(".compare")?.classList.toggle("ej-only-diff", on);
}

export function wire(root) {
  const current = root.querySelector(".ej-queue [aria-current]");
  current?.scrollIntoView({ block: "nearest" });
  if (wired) return;
  wired = true;
  const desk = document.querySelector("[data-desk]");
  desk.classList.toggle(off, kept(off));
  for (const box of document.querySelectorAll("[data-desk-keys]")) box.checked = !kept(off);
  for (const box of document.querySelectorAll("[data-only-diff]")) box.checked = kept(onlyDifferences);
  differences(kept(onlyDifferences));

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-only-diff]")) {
      keep(onlyDifferences, event.target.checked);
      differences(event.target.checked);
    }
    if (event.target.matches("[data-desk-keys]")) {
      keep(off, !event.target.checked);
      desk.classList.toggle(off, !event.target.checked);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (desk.classList.contains(off)) return;
    const typed = event.key.toUpperCase();
    const dialog = document.querySelector("dialog[open]");
    if (dialog) {
      for (const verb of dialog.querySelectorAll("[data-key]")) if (verb.dataset.key === typed) verb.click();
      return;
    }
    if (event.key === "Escape") event.target.closest("[data-opinion]")?.blur();
    if (typing(event.target)) return;
    if (typed === "J") move(1);
    else if (typed === "K") move(-1);
    else if (typed === "D") document.querySelector("[data-only-diff]")?.click();
    else if (typed === "W") document.querySelector("[data-opinion]")?.focus();
    else if (/^[1-9]$/.test(typed)) document.querySelectorAll(".ej-film a")[Number(typed) - 1]?.click();
    else {
      const button = document.querySelector(`[data-key="${CSS.escape(typed)}"]`);
      if (!button) return;
      button.click();
    }
    event.preventDefault();
  });
  desk.dataset.keysReady = "";
}
