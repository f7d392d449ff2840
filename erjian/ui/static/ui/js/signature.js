/* Handwritten signature on a canvas; the form posts it as a PNG data address in a hidden field. */
const wired = new WeakSet();

function start(form, SignaturePad) {
  const canvas = form.querySelector("canvas");
  const field = form.querySelector("[data-signature-value]");
  const warning = form.querySelector("[data-signature-warning]");
  const pad = new SignaturePad(canvas, { minWidth: 1.2, maxWidth: 3.6, penColor: "#1a2433", backgroundColor: "rgba(0,0,0,0)" });

  function fit() {
    const strokes = pad.toData();
    const ratio = Math.max(window.devicePixelRatio || 1, 2);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  }

  fit();
  form.querySelector("[data-signature-send]").disabled = false;
  addEventListener("resize", fit);
  pad.addEventListener("beginStroke", () => { warning.textContent = ""; });
  form.querySelector("[data-signature-clear]").addEventListener("click", () => pad.clear());
  form.addEventListener("submit", (event) => {
    if (pad.isEmpty()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      warning.textContent = "还没有签名。请在框内手写姓名。";
      return;
    }
    field.value = pad.toDataURL("image/png");
  }, true);
}

export async function wire(root) {
  const forms = [...root.querySelectorAll("form[data-signature]")].filter((form) => !wired.has(form));
  if (!forms.length) return;
  await import(forms[0].dataset.signature); // the package's UMD build leaves its class in the global scope
  const { SignaturePad } = globalThis;
  for (const form of forms) {
    wired.add(form);
    start(form, SignaturePad);
  }
}
