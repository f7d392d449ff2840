/* Upload with progress and preview. Without scripts the same form posts the file and the page comes back.

   <form data-upload …> holds a file input, a <progress hidden>, a [data-upload-status] and a
   [data-upload-preview]. The server answers JSON {message, thumbnail?, url?} or {message} with 4xx;
   data-upload-reload loads the page again after success. */
const wired = new WeakSet();
const longest = 3000;

/* A photograph that is too large is drawn smaller, as nobody can make it smaller on a phone; anything else stays. */
async function fitting(file, limit) {
  if (!limit || file.size <= limit || file.type !== "image/jpeg") return file;
  try {
    const image = await createImageBitmap(file);
    const share = Math.min(1, longest / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * share);
    canvas.height = Math.round(image.height * share);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return drawn ? new File([drawn], file.name, { type: file.type }) : file;
  } catch {
    return file; // no picture after all: the server says what it is
  }
}

function start(form) {
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const status = form.querySelector("[data-upload-status]");
  const preview = form.querySelector("[data-upload-preview]");
  const zone = form.closest(".ej-upload") ?? form;

  function say(words, tone = "") {
    status.textContent = words;
    status.className = tone;
  }

  function show(source) {
    if (!preview) return;
    const image = new Image();
    image.alt = "所选文件预览";
    image.src = source;
    preview.replaceChildren(image);
  }

  async function send() {
    if (!input.files.length) return;
    const limit = Number(form.dataset.uploadMax || 0);
    const file = await fitting(input.files[0], limit);
    const content = new FormData(form);
    if (file !== input.files[0]) content.set(input.name, file);
    if (limit && file.size > limit) {
      say(`文件 ${(file.size / 1048576).toFixed(1)} MB，超过 ${(limit / 1048576).toFixed(1)} MB。请压缩后重新选择。`, "ej-late");
      input.value = "";
      return;
    }
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "upload");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      say(`正在上传 ${Math.round((event.loaded / event.total) * 100)}%`);
    });
    request.addEventListener("loadend", () => {
      bar.hidden = true;
      if (!request.status) {
        say("上传中断，文件没有保存。请检查网络后重新选择文件。", "ej-late");
        return;
      }
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        /* an answer for people: only its status counts */
      }
      if (request.status < 300) {
        say(answer.message ?? "已上传");
        document.getElementById(`${input.id}-error`)?.remove();
        input.classList.remove("is-bad");
        if (answer.thumbnail) show(answer.thumbnail);
        form.dispatchEvent(new CustomEvent("ej:uploaded", { bubbles: true, detail: answer }));
        if ("uploadReload" in form.dataset) location.reload();
      } else if (request.status === 401) {
        location.reload();
      } else if (request.status === 413) {
        say("文件太大，没有保存。请压缩后重新选择。", "ej-late");
      } else {
        say(answer.message ?? "文件没有保存。请重新选择文件再试。", "ej-late");
      }
      input.value = "";
    });
    bar.hidden = false;
    bar.removeAttribute("value");
    say("正在上传");
    request.send(content);
  }

  input.addEventListener("change", send);
  // A file that was chosen while this module was still on its way.
  if (input.files.length) send();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.querySelector("[data-upload-send]")?.setAttribute("hidden", "");
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    send();
  });
}

export function wire(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    if (wired.has(form)) continue;
    wired.add(form);
    start(form);
  }
}
