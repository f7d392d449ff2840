/* The camera page: explains, asks for the camera, guides into the oval, shows the gestures that the server drew,
   and hands the frames in. It decides nothing. Frames leave as the camera gives them; only the picture on the
   screen is mirrored. Without a camera it says what can be done instead. */
const place = document.querySelector("[data-camera]");
const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
const one = (name) => place.querySelector(`[data-${name}]`);
const video = place.querySelector("video");
const canvas = document.createElement("canvas");
const json = { Accept: "application/json", "X-CSRFToken": token };

const WIDTH = 640;
const EVERY = 160; // milliseconds between frames: about six a second
const STILL = 1800; // looking straight before the first gesture and after the last one
const GESTURE = 3600;
const LOOK_EVERY = 700;
const QUALITY = 0.82;

const webcam = import(document.getElementById("ej-app").dataset.moduleWebcam);
const camera = webcam.then((module) => module.camera(video, () => deny("ended")));

let running = 0; // the number of the current showing; a timer of an earlier one does nothing
let speaking = false;

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/* The button that was pressed is gone with its part: the keyboard and the screen reader go on where the new part begins. */
function show(part) {
  for (const each of place.querySelectorAll("[data-part]")) each.hidden = each.dataset.part !== part;
  place.closest(".ej-phone").classList.toggle("dark", part === "camera");
  place.querySelector(`[data-part=${part}] :is([tabindex="-1"], [data-open])`)?.focus({ preventScroll: true });
}

/* A live region that is written again is read again: only what is new. */
function hint(words) {
  if (one("hint").textContent !== words) one("hint").textContent = words;
}

function prompt(words) {
  one("prompt").textContent = words;
  if (!speaking) return;
  const spoken = new SpeechSynthesisUtterance(words);
  spoken.lang = "zh-CN";
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}

async function close() {
  running += 1;
  (await camera).close();
}

async function deny(name) {
  close();
  (await webcam).explain(place, name, "改用窗口核验");
  show("denied");
}

function back(words) {
  close();
  one("said").textContent = words;
  show("before");
}

async function open() {
  const wrong = await (await camera).open({ facingMode: "user", width: { ideal: WIDTH }, height: { ideal: 480 } });
  if (wrong === null) return;
  if (wrong) return deny(wrong);
  one("begin").disabled = true;
  one("begin").hidden = false;
  one("count").textContent = "\u00a0";
  one("ring").setAttribute("stroke-dashoffset", "100");
  show("camera");
  prompt("请把脸放在框内");
  guide((running += 1));
}

function frame() {
  const scale = Math.min(1, WIDTH / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

/* Live hints until 开始 is pressed. When the service is silent the button opens all the same. */
async function guide(mine) {
  let silent = 0;
  while (mine === running) {
    if (video.videoWidth) {
      try {
        const form = new FormData();
        form.append("frame", await frame(), "frame.jpg");
        const answer = await fetch(place.dataset.look, { method: "POST", headers: json, body: form });
        if (mine !== running) return;
        if (answer.status === 409) return location.reload();
        if (answer.ok) {
          const seen = await answer.json();
          silent = seen.silent ? silent + 1 : 0;
          hint(seen.hints[0] ?? (seen.silent ? "\u00a0" : "脸在框内，光线合适，请点“开始”"));
          one("begin").disabled = !seen.good && silent < 3;
        } else if (answer.status !== 429) {
          silent += 1;
          one("begin").disabled = silent < 3;
        }
      } catch {
        hint("网络不稳定，请稍候");
      }
    }
    await sleep(LOOK_EVERY);
  }
}

async function begin() {
  const mine = (running += 1);
  one("begin").disabled = true;
  hint("\u00a0");
  let drawn;
  try {
    const answer = await fetch(place.dataset.draw, { method: "POST", headers: json });
    drawn = await answer.json();
    if (answer.status === 409) return location.reload();
    if (!answer.ok) return back(drawn.message);
  } catch {
    return back("网络中断，没有开始。请检查网络后再试。");
  }
  if (mine !== running) return;
  one("begin").hidden = true;
  one("prompt").focus({ preventScroll: true });
  const taken = [];
  const started = performance.now();
  film(mine, taken, started);
  prompt("请正对摄像头");
  await sleep(STILL);
  for (const [at, gesture] of drawn.gestures.entries()) {
    if (mine !== running) return;
    one("count").textContent = `第 ${at + 1} 个动作，共 ${drawn.gestures.length} 个`;
    one("ring").setAttribute("stroke-dashoffset", String(100 - (100 * (at + 1)) / drawn.gestures.length));
    prompt(gesture.said);
    await sleep(GESTURE);
  }
  if (mine !== running) return;
  one("count").textContent = "\u00a0";
  prompt("请正对摄像头");
  await sleep(STILL);
  if (mine !== running) return;
  close();
  await hand(drawn.nonce, taken);
}

/* Takes frames in the rhythm until the showing is over; a slow device takes fewer. */
async function film(mine, taken, started) {
  while (mine === running && taken.length < 110) {
    const at = Math.round(performance.now() - started);
    const picture = await frame();
    if (mine !== running) return;
    if (picture) taken.push({ at, picture });
    await sleep(Math.max(20, EVERY - (performance.now() - started - at)));
  }
}

async function hand(nonce, taken) {
  show("sent");
  const form = new FormData();
  form.append("nonce", nonce);
  form.append("times", taken.map((each) => each.at).join(","));
  for (const each of taken) form.append("frame", each.picture, "frame.jpg");
  try {
    const answer = await fetch(place.dataset.take, { method: "POST", headers: json, body: form });
    if (!answer.ok) {
      const refused = await answer.json().catch(() => ({}));
      return back(refused.message ?? "画面没有送达。请再试一次。");
    }
  } catch {
    return back("网络中断，画面没有送达。请检查网络后再试一次。");
  }
  one("sent").textContent = "画面已收到，正在核对，一般不超过 20 秒";
  for (;;) {
    await sleep(900);
    try {
      const answer = await fetch(place.dataset.state, { headers: json });
      if (!answer.ok || !(await answer.json()).judging) break;
    } catch {
      /* no network for a moment: ask again */
    }
  }
  location.assign(place.dataset.here);
}

for (const button of place.querySelectorAll("[data-open]")) {
  button.addEventListener("click", open);
  button.disabled = false;
}
one("begin").addEventListener("click", begin);
one("stop").addEventListener("click", () => back("已取消。"));
if ("speechSynthesis" in window) {
  one("voice").hidden = false;
  one("voice").addEventListener("click", () => {
    speaking = !speaking;
    one("voice").setAttribute("aria-pressed", String(speaking));
    if (speaking) prompt(one("prompt").textContent);
    else speechSynthesis.cancel();
  });
}
addEventListener("pagehide", close);
