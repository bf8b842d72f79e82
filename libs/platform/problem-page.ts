import { html } from 'ghtml'
import type { Bilingual } from './domain-error.ts'
import type { Refusal } from './problem.ts'
import type { FieldError } from './validation.ts'

/** What a person reads whose request failed: what happened, what to do now, and what to quote on the phone. */
export function problemPage({ status, code, say, details }: Refusal, requestId: string): string {
  const { zh, en } = adviceOn(status)
  const errors = (details.errors ?? []) as readonly FieldError[]
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<title>${say.zh}</title>
<style>!${STYLE}</style>
</head>
<body>
<main>
<header><h1>${say.zh}<br><small>${say.en}</small></h1></header>
!${errors.map((error) => html`<p class="card">${error.zh}<br><small>${error.pointer} ${error.en}</small></p>`).join('')}
<p class="advice">${zh}<br><small>${en}</small></p>
<p class="card">代码 Code<br><span class="number">${code}</span></p>
<p class="card">编号 Request<br><span class="number">${requestId}</span></p>
</main>
<footer>
<p>工会热线 Union hotline <a href="tel:12351">12351</a></p>
</footer>
</body>
</html>`
}

function adviceOn(status: number): Bilingual {
  if (status === 401) return { zh: '请登录后再试', en: 'Sign in and try again' }
  if (status === 404 || status === 410) {
    return {
      zh: '请核对地址；如果是扫码进来的，请重新扫描海报上的二维码，或询问现场工作人员',
      en: 'Check the address; if you came by a code, scan it again or ask the staff on site',
    }
  }
  if (status === 429 || status === 503)
    return { zh: '请稍等片刻，然后刷新本页', en: 'Wait a moment, then reload this page' }
  if (status >= 500) {
    return {
      zh: '请稍后再试；如果仍不行，请拨打热线并报上编号',
      en: 'Try again later; if it goes on, call and quote the request',
    }
  }
  return { zh: '请返回上一页，修改后重新提交', en: 'Go back, mend it and send it again' }
}

const STYLE = `
:root { color-scheme: light; font: 18px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1c1c1c; background: #f4f2ee; }
body { margin: 0; }
main, footer { max-width: 34rem; margin: 0 auto; padding: 1rem; }
header { background: #b3141c; color: #fff; margin: -1rem -1rem 1rem; padding: 1.25rem 1rem; }
header h1 { margin: 0; font-size: 1.6rem; line-height: 1.3; }
small { font-size: 1rem; color: #4a4a4a; }
header small { color: #ffe9e4; }
.advice { font-size: 1.35rem; font-weight: 600; }
.advice small { font-weight: 400; }
.card { background: #fff; border-radius: 12px; padding: 1rem 1.2rem; }
.number { font-weight: 700; overflow-wrap: anywhere; }
footer { color: #4a4a4a; border-top: 1px solid #c9c5bd; }
a { color: #8a1016; }
`
