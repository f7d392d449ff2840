/* Asks once before what cannot be undone: a dialog with the verbs on its buttons, never 确定 and 取消. */
const asked = new WeakSet();

function part(name, css, text) {
  const element = document.createElement(name);
  if (css) element.className = css;
  if (text) element.textContent = text;
  return element;
}

function ask(words, answer) {
  const dialog = part("dialog", "ej-dialog");
  const head = part("header");
  const heading = part("h2", "", words.confirm);
  heading.id = "ej-confirm-heading";
  dialog.setAttribute("aria-labelledby", heading.id);
  head.append(heading);
  dialog.append(head);
  if (words.confirmText) {
    const body = part("div", "body");
    for (const line of words.confirmText.split("\n")) body.append(part("p", "", line));
    dialog.append(body);
  }
  const actions = part("div", "act");
  const keep = part("button", "btn btn-plain", words.confirmKeep || "返回");
  const go = part("button", `btn ${words.confirmTone === "primary" ? "btn-primary" : "btn-stop"}`, words.confirmVerb);
  keep.type = go.type = "button";
  if (words.key && words.confirmTone === "primary") {
    go.dataset.key = words.key;
    const key = part("kbd", "", words.key);
    key.setAttribute("aria-hidden", "true");
    go.append(key);
  }
  keep.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    dialog.close();
    answer();
  });
  actions.append(keep, go);
  dialog.append(actions);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
}

/* Whether a required field is still empty: then the page answers which, and the question would be asked in vain. */
function lacks(form) {
  const given = new FormData(form);
  const said = (value) => (value instanceof File ? value.name : value.trim());
  return [...form.querySelectorAll(".ej-req")].some((label) => {
    const control = label.control ?? label.parentElement.querySelector("[name]");
    return control && !control.disabled && !given.getAll(control.name).some(said);
  });
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const asking = event.submitter?.dataset.confirm ? event.submitter : form.dataset.confirm ? form : null;
    if (!asking || asked.has(form) || lacks(form)) {
      asked.delete(form);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    const verb = asking.dataset.confirmVerb || submitter?.textContent.trim();
    ask({ ...asking.dataset, confirmVerb: verb }, () => {
      asked.add(form);
      form.requestSubmit(submitter);
    });
  },
  true,
);
