/* Dialogs: native <dialog>, opened from the page, filled by htmx, closed by button, Escape or a press outside. */
const page = document.getElementById("ej-dialog");

function open(dialog) {
  if (!dialog.open) dialog.showModal();
  const heading = dialog.querySelector("h2");
  if (heading) {
    dialog.removeAttribute("aria-label");
    heading.id ||= `${dialog.id || "ej-dialog"}-heading`;
    dialog.setAttribute("aria-labelledby", heading.id);
  }
  (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("[autofocus]") ?? dialog.querySelector(".body input:not([type=hidden]), .body select, .body textarea"))?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    open(document.querySelector(opener.dataset.dialogOpen));
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
    return;
  }
  if (event.target.matches("dialog.ej-dialog[open]")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === page) open(page);
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) location.reload();
  else if (event.detail.target === page) location.assign(event.detail.pathInfo.requestPath);
});
page?.addEventListener("close", () => page.replaceChildren());
