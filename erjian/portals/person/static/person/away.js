/* A provider with its own camera page: opens an attempt, waits for the address, goes there. */
const place = document.querySelector("[data-away]");
const button = place.querySelector("[data-go]");
const said = place.querySelector("[data-said]");
const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
const json = { Accept: "application/json" };

async function go() {
  button.disabled = true;
  said.textContent = "正在准备，请稍候";
  try {
    const drawn = await fetch(place.dataset.draw, { method: "POST", headers: { ...json, "X-CSRFToken": token } });
    if (!drawn.ok) {
      said.textContent = (await drawn.json()).message ?? "没有准备好。请刷新页面后再试。";
      if (drawn.status === 409) location.reload();
      return;
    }
    for (let times = 0; times < 40; times += 1) {
      await new Promise((done) => setTimeout(done, 1000));
      const now = await (await fetch(place.dataset.state, { headers: json })).json();
      if (now.address) {
        location.assign(now.address);
        return;
      }
      if (now.attempt !== "open") {
        location.reload();
        return;
      }
    }
    said.textContent = "人脸核身服务没有响应。请稍后再试，或改用窗口核验。";
  } catch {
    said.textContent = "网络中断。请检查网络后再试。";
  }
  button.disabled = false;
}

button.addEventListener("click", go);
button.disabled = false;
