/* Passkeys: <form data-passkey="create|get" data-options="url"> with a hidden field "credential". */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function decoded(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials])
    for (const one of list ?? []) one.id = bytes(one.id);
  return options;
}

function encoded(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = text(credential.response[name]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function prove(form) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(form.dataset.options, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const publicKey = decoded(await answer.json());
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey })
      : await navigator.credentials.get({ publicKey });
  form.elements.credential.value = encoded(credential);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.hidden = true;
    if (!window.PublicKeyCredential) {
      said.textContent = "这个浏览器不支持通行密钥。请改用动态口令。";
      said.hidden = false;
      return;
    }
    try {
      await prove(form);
    } catch (error) {
      said.textContent =
        error.name === "InvalidStateError"
          ? "这台设备上的通行密钥已经添加过。"
          : "没有完成通行密钥的验证。请重试，或改用动态口令。";
      said.hidden = false;
    }
  });
}
