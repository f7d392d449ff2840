/* The material viewer: zoom, turn, drag, full screen. An image is transformed; a PDF has its own controls. */
const wired = new WeakSet();

function start(viewer) {
  const canvas = viewer.querySelector(".ej-canvas");
  let scale = 1;
  let turn = 0;
  let x = 0;
  let y = 0;
  let held = null;

  const image = () => canvas.querySelector("img");

  function draw() {
    const shown = image();
    if (shown) shown.style.transform = `translate(${x}px, ${y}px) rotate(${turn}deg) scale(${scale})`;
    canvas.classList.toggle("can-drag", scale > 1);
  }

  const acts = {
    in: () => (scale = Math.min(scale * 1.25, 8)),
    out: () => (scale = Math.max(scale / 1.25, 0.25)),
    turn: () => (turn = (turn + 90) % 360),
    reset: () => ([scale, turn, x, y] = [1, 0, 0, 0]),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : viewer.requestFullscreen()),
  };

  viewer.addEventListener("click", (event) => {
    const act = event.target.closest("[data-view]")?.dataset.view;
    if (!act) return;
    acts[act]();
    draw();
  });
  canvas.addEventListener("dblclick", () => {
    acts.reset();
    draw();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    acts[event.deltaY < 0 ? "in" : "out"]();
    draw();
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (scale <= 1 || !image()) return;
    held = [event.clientX - x, event.clientY - y];
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    [x, y] = [event.clientX - held[0], event.clientY - held[1]];
    draw();
  });
  canvas.addEventListener("pointerup", () => (held = null));
}

export function wire(root) {
  const all = [...root.querySelectorAll("[data-viewer]")];
  if (root.matches?.("[data-viewer]")) all.push(root);
  for (const viewer of all) {
    if (wired.has(viewer)) continue;
    wired.add(viewer);
    start(viewer);
  }
}
