/* Photographs an ID card with the device's camera, for a file input: see ui/parts/capture.html. The picture is what the
   viewer shows, no more of the room than that, and goes the way of every chosen file. */
const webcam = import(document.getElementById("ej-app").dataset.moduleWebcam);
const INSTEAD = "选择照片文件";
const QUALITY = 0.92;
const SEEN = { width: 942, height: 626 }; // the card, 856 by 540, with a margin; as the guide in the template

function start(dialog) {
  const one = (name) => dialog.querySelector(`[data-${name}]`);
  const video = dialog.querySelector("video");
  const canvas = dialog.querySelector("canvas");
  const heading = dialog.querySelector("h2");
  let input = null;
  let name = "";
  const camera = webcam.then((module) => module.camera(video, lost));
  const close = async () => (await camera).close();

  /* The pressed button goes with its part: the keyboard and the screen reader go on where the new part begins. */
  function show(part) {
    for (const each of dialog.querySelectorAll("[data-part]")) each.hidden = each.dataset.part !== part;
    dialog.querySelector(`[data-part=${part}] [data-first]`).focus({ preventScroll: true });
  }

  async function shut(name) {
    await close();
    (await webcam).explain(dialog, name, INSTEAD);
    show("shut");
  }

  /* A picture that was taken stays when the camera goes. */
  function lost() {
    if (!one("take").closest("[data-part]").hidden) shut("ended");
  }

  async function open() {
    const wish = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
    const wrong = await (await camera).open(wish);
    if (wrong) shut(wrong);
    else if (wrong === "") show("camera");
  }

  function take() {
    if (!video.videoWidth) return;
    const scale = Math.min(video.videoWidth / SEEN.width, video.videoHeight / SEEN.height);
    canvas.width = Math.round(SEEN.width * scale);
    canvas.height = Math.round(SEEN.height * scale);
    const left = (video.videoWidth - canvas.width) / 2;
    const top = (video.videoHeight - canvas.height) / 2;
    canvas.getContext("2d").drawImage(video, left, top, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
    show("taken");
  }

  function again() {
    show("camera");
    video.play().catch(() => {}); // some browsers pause what is not shown
  }

  function use() {
    canvas.toBlob(
      (picture) => {
        if (!dialog.open) return; // pressed twice
        const chosen = new DataTransfer();
        chosen.items.add(new File([picture], `${name}.jpg`, { type: "image/jpeg" }));
        input.files = chosen.files;
        dialog.close();
        input.dispatchEvent(new Event("change", { bubbles: true }));
      },
      "image/jpeg",
      QUALITY,
    );
  }

  for (const button of dialog.querySelectorAll("[data-open]")) button.addEventListener("click", open);
  one("take").addEventListener("click", take);
  one("retake").addEventListener("click", () => (video.srcObject?.active ? again() : open()));
  one("use").addEventListener("click", use);
  one("choose").addEventListener("click", () => {
    dialog.close();
    input.click();
  });
  dialog.addEventListener("close", () => {
    close();
    canvas.width = 0; // and with it what was photographed
  });
  addEventListener("pagehide", () => dialog.close());

  return (button) => {
    name = button.dataset.captureLabel;
    input = document.getElementById(button.dataset.capture);
    heading.textContent = `拍摄${name}`;
    dialog.showModal();
    show("before");
  };
}

const wired = new WeakSet();
let viewer = null;

export function wire(root) {
  for (const button of root.querySelectorAll("[data-capture]")) {
    if (wired.has(button)) continue;
    wired.add(button);
    viewer ??= start(document.getElementById("ej-capture"));
    button.addEventListener("click", () => viewer(button));
    button.hidden = false;
  }
}
