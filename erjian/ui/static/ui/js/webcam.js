/* The device's camera in a <video>: opened after the page has explained why, ended with all its tracks, and words for
   every way in which it stays shut. The pages' own modules fetch this one from the address on #ej-app. */
const HOW = "请按下面的办法允许后再试";
const WHY = {
  NotAllowedError: (instead) => `浏览器没有得到使用摄像头的允许。${HOW}，或${instead}。`,
  NotFoundError: (instead) => `这台设备没有摄像头。请用有摄像头的手机或电脑打开本页，或${instead}。`,
  NotReadableError: (instead) => `摄像头正被其他程序使用。请关闭其他使用摄像头的程序后再试，或${instead}。`,
  OverconstrainedError: (instead) => `摄像头不符合要求。请换一台手机或电脑，或${instead}。`,
  ended: (instead) => `摄像头中断了。请检查摄像头是否接好、是否被其他程序占用，再试一次，或${instead}。`,
  insecure: () => "浏览器只在安全连接（https）下允许使用摄像头。请从平台首页的地址重新打开。",
  none: (instead) => `这个浏览器不能使用摄像头。请换一个浏览器，或${instead}。`,
};
const ALLOWING_HELPS = ["NotAllowedError", "none"];

/* Says in ui/parts/camera_shut.html inside `place` why the camera `name`d its refusal, and what can be done instead. */
export function explain(place, name, instead) {
  const known = Object.hasOwn(WHY, name) ? name : "none";
  place.querySelector("[data-why]").textContent = WHY[known](instead);
  place.querySelector("[data-allow]").hidden = !ALLOWING_HELPS.includes(known);
}

function end(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/* A camera shown in `video`; `lost` is called when the device ends it of its own accord. */
export function camera(video, lost) {
  let stream = null;
  let turn = 0; // a camera that is allowed after it was closed again is ended at once

  function close() {
    turn += 1;
    end(stream);
    stream = null;
    video.srcObject = null;
  }

  /* Asks for the camera. Answers "" when it is shown, what is wrong by name, or null when it was closed meanwhile. */
  async function open(wish) {
    close();
    const mine = turn;
    if (!window.isSecureContext) return "insecure";
    if (!navigator.mediaDevices?.getUserMedia) return "none";
    let got;
    try {
      got = await navigator.mediaDevices.getUserMedia({ audio: false, video: wish });
    } catch (error) {
      return mine === turn ? error.name : null;
    }
    if (mine !== turn) {
      end(got);
      return null;
    }
    stream = got;
    stream.getVideoTracks()[0].addEventListener("ended", () => mine === turn && lost());
    video.srcObject = stream;
    await video.play().catch(() => {});
    return mine === turn ? "" : null;
  }

  return { open, close };
}
