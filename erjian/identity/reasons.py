"""The words for gestures, for reasons of a refusal with what to try, and for doubts that lead to an officer."""

from __future__ import annotations

GESTURES = {
    "blink": "请眨眨眼",
    "open_mouth": "请张张嘴",
    "turn_left": "请慢慢向左转头",
    "turn_right": "请慢慢向右转头",
}
"""What the screen says for each gesture; left and right are the person's own."""

HINTS = {
    "no_face": "没有看到脸。请把脸放在框内。",
    "several_faces": "画面里不止一张脸。请让其他人离开画面。",
    "too_far": "离得太远。请靠近一些。",
    "too_near": "离得太近。请退后一些。",
    "too_dark": "光线太暗。请到亮一些的地方。",
    "too_bright": "光线太亮。请避开直射的光。",
    "off_centre": "请把脸移到框的中间。",
    "turn_to_camera": "请正对摄像头。",
    "blurred": "画面模糊。请拿稳，擦一擦镜头。",
}

CARD_HINTS = {
    "not_a_card": "没有看到身份证。请把整张证件拍进画面。",
    "blurred": "照片模糊。请拿稳重拍。",
    "glare": "照片反光。请换个角度，避开灯光。",
    "cut_off": "证件没有拍全。请把四角都拍进去。",
    "wrong_side": "证件拍反了面。请拍所要的这一面。",
    "too_dark": "光线太暗。请到亮一些的地方重拍。",
}

REASONS = {
    "no_face": "画面中没有看到脸。请把脸放在框内，光线要亮，再试一次。",
    "several_faces": "画面中不止一个人。请独自在画面中，再试一次。",
    "face_lost": "中途脸离开了画面。请全程把脸留在框内，再试一次。",
    "another_face": "中途换了人，或遮挡了脸。请同一人全程完成，再试一次。",
    "still_picture": "没有看到真人的动作。请本人对着摄像头做动作，不要用照片或屏幕。",
    "wrong_gesture": "动作没有做对，或顺序不符。请看清提示，每次只做一个动作。",
    "too_few_frames": "拍到的画面太少。请换一个网络好一些的地方，再试一次。",
    "repeated_frames": "画面有重复。请用摄像头实时拍摄，再试一次。",
    "bad_timing": "动作的时间不符。请按提示的节奏做动作，再试一次。",
    "no_frontal": "没有拍到清楚的正脸。请正对摄像头，光线从前面来，再试一次。",
    "no_portrait": "身份证上的照片不清楚。请重拍身份证人像面，再试一次。",
    "unlike": "与身份证上的照片不像。请摘下帽子、口罩和墨镜，正对光线，再试一次。",
    "replayed": "这些画面以前提交过。请用摄像头实时拍摄，再试一次。",
    "expired": "超过了规定的时间。请重新开始，看到提示就做动作。",
    "source": "与权威数据源核对不一致。请核对姓名和身份证号码；仍不一致的，请到窗口核验。",
    "given_up": "在认证页面中途退出。请重新开始。",
    "officer": "经人工核对，不能确认是本人。",
    "unanswered": "规定时间内没有完成人工核对，画面已删除。请再试一次，或到窗口核验。",
}

DOUBTS = {
    "mobile": "手机号码与登记的不同",
    "card": "身份证未能自动识别，或识别的内容与填写的不同",
    "likeness": "相似程度介于通过与不通过之间",
}
"""Why an officer compares although the machine said accept (or could not say)."""

COUNTER = {
    "chosen": "您选择了窗口核验。",
    "failures": "人脸识别多次没有通过。请到窗口核验，不影响办理结果。",
}

CHECK_LIST = (
    ("original", "身份证是原件，没有涂改"),
    ("valid", "身份证在有效期内"),
    ("same", "姓名、身份证号码与登记的一致"),
    ("likeness", "来人与证件照片是同一人"),
    ("mobile", "手机号码由来人当场确认"),
)
"""What the officer ticks at the counter; all of it for a pass."""


def said(reason: str) -> str:
    """The sentence for a reason; one for whatever a provider may say in future."""
    return REASONS.get(reason, "没有通过。请按提示再试一次。")
