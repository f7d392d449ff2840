/* Autosave: what was typed is posted in the background and the bar says when.

   The server answers JSON {saved_at, version, fields?}. 401 or a redirect to sign-in means that the
   session ended: what was typed is kept in this browser tab and put back after signing in. 409 means
   that somebody else changed the case: nothing is overwritten, the page asks to look first. */
const pause = 2000;
const wired = new WeakSet();

function statusOf(form) {
  return document.querySelector(`[data-autosave-status="#${form.id}"]`);
}

function say(form, words, tone = "") {
  const place = statusOf(form);
  if (!place) return;
  const mark = place.querySelector("[data-autosave-words]") ?? place.appendChild(document.createElement("span"));
  mark.dataset.autosaveWords = "";
  mark.className = tone;
  mark.textContent = words;
}

function clock() {
  return new Date().toLocaleTimeString("zh-CN", { hour12: false });
}

function key(form) {
  return `ej-kept:${location.pathname}:${form.id}`;
}

function entries(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
}

function keep(form) {
  try {
    sessionStorage.setItem(key(form), JSON.stringify(entries(form)));
  } catch {
    /* no room to keep it: the guard on leaving still asks */
  }
}

function restore(form) {
  const kept = sessionStorage.getItem(key(form));
  if (!kept) return false;
  sessionStorage.removeItem(key(form));
  const values = new Map();
  for (const [name, value] of JSON.parse(kept)) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.name === "version") continue;
    if (field.readOnly || field.disabled || ["file", "submit", "button"].includes(field.type)) continue;
    const given = values.get(field.name) ?? [];
    if (["checkbox", "radio"].includes(field.type)) field.checked = given.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = given.includes(option.value);
    else if (given.length) field.value = given.shift();
  }
  return true;
}

/* Whether something differs from what the server sent: typed while this module was still on its way. */
function changed(form) {
  return [...form.elements].some((field) => {
    if (!field.name || ["hidden", "file", "submit", "button"].includes(field.type)) return false;
    if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    if (field.type === "select-one") {
      const sent = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(sent, 0);
    }
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.defaultValue !== undefined && field.value !== field.defaultValue;
  });
}

function start(form) {
  const url = form.dataset.autosave;
  let dirty = false;
  let stopped = false;
  let timer = 0;
  let saving = null;

  async function save() {
    if (!url || !dirty || stopped) return;
    if (saving) await saving;
    dirty = false;
    say(form, "正在保存");
    saving = send();
    await saving;
    saving = null;
  }

  async function send() {
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "autosave", Accept: "application/json" },
        redirect: "manual",
      });
    } catch {
      dirty = true;
      keep(form);
      say(form, `保存失败，网络不通。${clock()} 起的修改还没有保存，将自动再试`, "ej-late");
      timer = setTimeout(save, pause * 5);
      return;
    }
    if (answer.ok) {
      const said = await answer.json().catch(() => ({}));
      const version = form.elements.version;
      if (version && said.version !== undefined) version.value = said.version;
      sessionStorage.removeItem(key(form));
      say(form, `已自动保存 ${said.saved_at ?? clock()}`);
      return;
    }
    dirty = true;
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      stopped = true;
      keep(form);
      say(form, "登录已过期，所填内容已留在本页。请重新登录后继续", "ej-late");
      link(form, `/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`, "重新登录");
    } else if (answer.status === 409) {
      stopped = true;
      keep(form);
      const said = await answer.json().catch(() => ({}));
      say(form, said.message ?? "这份申报已被他人修改，没有保存。请刷新后核对", "ej-late");
      link(form, location.pathname + location.search, "刷新");
    } else if (answer.status === 422 || answer.status === 400) {
      const said = await answer.json().catch(() => ({}));
      say(form, said.message ?? "有内容不符合要求，没有自动保存。请点“保存”查看", "ej-soon");
    } else {
      say(form, "保存失败。请点“保存”再试", "ej-late");
    }
  }

  function touched() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  /* Sent while a save is on its way, the form would carry the version before it: it waits for the answer. */
  let waits = false;
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    dirty = false;
    if (!saving) return;
    event.preventDefault();
    if (waits) return;
    waits = true;
    const pressed = event.submitter;
    await saving;
    clearTimeout(timer);
    dirty = false;
    const button = document.createElement("input");
    Object.assign(button, { type: "hidden", name: pressed?.name ?? "", value: pressed?.value ?? "" });
    form.append(button);
    form.submit();
    button.remove();
    waits = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  if ("guardLeaving" in form.dataset || url) {
    addEventListener("beforeunload", (event) => {
      if (dirty && !stopped) event.preventDefault();
    });
  }
  if (url && restore(form)) {
    say(form, "已恢复上次未保存的内容，请核对", "ej-soon");
    touched();
  } else if (changed(form)) {
    touched();
  }
}

function link(form, address, words) {
  const place = statusOf(form);
  if (!place || place.querySelector("a[data-autosave-link]")) return;
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = words;
  anchor.dataset.autosaveLink = "";
  place.append("　", anchor);
}

export function wire(root) {
  for (const form of root.querySelectorAll("form[data-autosave], form[data-guard-leaving]")) {
    if (wired.has(form)) continue;
    wired.add(form);
    start(form);
  }
}
