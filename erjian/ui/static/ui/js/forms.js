/* Forms: a post is sent once, the summary of errors takes the focus or, without one, the first wrong field, a resent code waits its time. */
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    (field.matches("input, select, textarea, button, a") ? field : field.querySelector("input, select, textarea"))?.focus();
  });
} else {
  document.querySelector("main [aria-invalid=true]")?.focus();
}

const sent = new WeakMap();
const patience = 8000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "many" in form.dataset) return;
  if (Date.now() - (sent.get(form) ?? 0) < patience) {
    event.preventDefault();
    return;
  }
  sent.set(form, Date.now());
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  setTimeout(() => button?.removeAttribute("aria-busy"), patience);
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) sent.delete(form);
  for (const busy of document.querySelectorAll("[aria-busy=true]")) busy.removeAttribute("aria-busy");
});

for (const button of document.querySelectorAll("[data-countdown]")) {
  let left = Number(button.dataset.countdown);
  if (!left) continue;
  const words = button.textContent;
  button.disabled = true;
  const tick = () => {
    button.textContent = left > 0 ? `${left} 秒后可重新获取` : words;
    button.disabled = left > 0;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}
