// The provider's pages: plain, without scripts, made for a phone first.

const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const safe = (text) => String(text ?? "").replace(/[&<>"']/g, (letter) => ESCAPED[letter]);

export const STYLE = `
*{box-sizing:border-box}
body{margin:0;font:16px/1.6 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1c2430;background:#f3f5f8}
header{background:#173f73;color:#fff;padding:12px 20px}
header p{margin:0}
main{max-width:480px;margin:20px auto;padding:20px;background:#fff;border:1px solid #d5dbe3;border-radius:6px}
h1{font-size:20px;line-height:1.4;margin:0 0 12px}
p{margin:0 0 12px}
dl{margin:0 0 16px;display:grid;grid-template-columns:5em minmax(0,1fr);gap:6px 12px}
dt{color:#4d5866}
dd{margin:0;overflow-wrap:anywhere}
.code{font-size:28px;letter-spacing:.08em;font-weight:600}
.warn{border-left:4px solid #b3541e;background:#fdf3ec;padding:8px 12px}
fieldset{border:0;margin:0 0 16px;padding:0}
legend{padding:0;margin-bottom:8px;color:#4d5866}
label{display:flex;gap:10px;align-items:flex-start;padding:10px 4px;border-bottom:1px solid #e4e8ee;min-height:48px}
label small{display:block;color:#4d5866;font-size:14px}
input[type=radio]{width:20px;height:20px;margin:3px 0 0;flex:none}
input[type=text]{width:100%;font:inherit;font-size:22px;letter-spacing:.08em;padding:8px 10px;border:1px solid #7b8794;border-radius:4px}
button{width:100%;min-height:48px;font:inherit;border-radius:4px;border:1px solid #173f73;background:#173f73;color:#fff;margin-bottom:12px}
button.plain{background:#fff;color:#173f73}
button:focus-visible,input:focus-visible{outline:3px solid #e08a00;outline-offset:2px}
`;

function page(title, content) {
  return `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)} - 演示身份平台</title><link rel="stylesheet" href="/style.css"></head>
<body><header><p>演示身份平台（身份均为虚构）</p></header><main><h1>${safe(title)}</h1>${content}</main></body></html>`;
}

const KINDS = { enterprise: "电子营业执照", person: "个人", officer: "主管单位人员" };

export function choose({ offered, client, device }) {
  const rows = offered
    .map(
      (one, n) =>
        `<label><input type="radio" name="sub" value="${safe(one.sub)}"${n ? "" : " checked"}><span>${safe(one.label)}<small>${safe(KINDS[one.kind])}　${safe(one.hint)}</small></span></label>`,
    )
    .join("");
  return page(
    device ? "选择电子营业执照" : "选择身份",
    `<p>同意后，<b>${safe(client)}</b>将得到您的${device ? "企业名称和统一社会信用代码" : "姓名和身份证号码"}，用于登录。</p>
<form method="post"><fieldset><legend>${device ? "用哪份执照登录" : "用谁的身份登录"}</legend>${rows}</fieldset><button>同意并登录</button></form>
<form method="post"><button class="plain">拒绝</button></form>`,
  );
}

export function enterCode({ action, xsrf }, problem) {
  const said = !problem
    ? ""
    : {
        AbortedError: "已取消，电脑上不会登录。",
        ExpiredError: "二维码已过期。请在电脑上刷新二维码后重新扫码。",
        AlreadyUsedError: "这个二维码已经用过。请在电脑上刷新二维码后重新扫码。",
        NoCodeError: "请输入电脑上显示的核对码。",
      }[problem.name] ?? "没有这个核对码。请照电脑上的数字重新输入。";
  if (problem?.name === "AbortedError") return page("已取消", `<p role="status">${said}可以关闭这个页面。</p>`);
  return page(
    "输入核对码",
    `${said ? `<p class="warn" role="alert">${said}</p>` : ""}<form method="post" action="${safe(action)}"><input type="hidden" name="xsrf" value="${safe(xsrf)}">
<p><label for="code">电脑上显示的 8 位核对码</label><input type="text" id="code" name="user_code" inputmode="numeric" autocomplete="off"></p><button>下一步</button></form>`,
  );
}

export function confirmDevice({ action, xsrf, code }, client, shown, where) {
  const form = (name, label, style) =>
    `<form method="post" action="${safe(action)}"><input type="hidden" name="xsrf" value="${safe(xsrf)}"><input type="hidden" name="user_code" value="${safe(code)}"><button name="${name}" value="yes"${style}>${label}</button></form>`;
  return page(
    "确认登录",
    `<p>有一台电脑请求用您的电子营业执照登录：</p><dl><dt>登录到</dt><dd>${safe(client)}</dd><dt>电脑</dt><dd>${safe(where || "未说明")}</dd><dt>核对码</dt><dd class="code">${safe(shown)}</dd></dl>
<p class="warn">只有您面前的电脑上显示同样的核对码，才可以继续。别人发来的二维码请拒绝。</p>${form("confirm", "核对一致，继续", "")}${form("abort", "不是我，拒绝", ' class="plain"')}`,
  );
}

export function done() {
  return page("已确认", '<p role="status">电脑上正在登录，可以关闭这个页面。</p>');
}

export function failed(code) {
  return page("不能继续", `<p role="alert">登录请求无效或已过期。请回到原来的页面重新开始。</p><p><small>${safe(code)}</small></p>`);
}
