import type { FastifyReply } from 'fastify'
import { html } from 'ghtml'

/** Pages of drivers run no script and load nothing. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/** Answers with a driver's page, which is kept nowhere on the way. */
export async function sendPage(reply: FastifyReply, page: string, status = 200): Promise<void> {
  await reply
    .status(status)
    .headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-store' })
    .type('text/html; charset=utf-8')
    .send(page)
}

/**
 * The frame of a driver's page: one hand, large type, no script, no request but the page itself. Text is 18 px and more,
 * targets 60 px, contrast above 4.5:1.
 */
export function pageFrame(title: string, body: string): string {
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>
<style>!${STYLE}</style>
</head>
<body>
<main>!${body}</main>
<footer>
<p>不收费 · 不要银行卡<br>验证码不要告诉任何人<br><small>Free of charge. We never ask for a bank card.</small></p>
<p>工会热线 Union hotline <a href="tel:12351">12351</a></p>
</footer>
</body>
</html>`
}

const STYLE = `
:root { color-scheme: light; font: 18px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1c1c1c; background: #f4f2ee; }
body { margin: 0; }
main, footer { max-width: 34rem; margin: 0 auto; padding: 1rem; }
header { background: #b3141c; color: #fff; margin: -1rem -1rem 1rem; padding: 1.25rem 1rem; }
header h1 { margin: 0; font-size: 1.6rem; line-height: 1.3; }
header h1 small { font-weight: 400; }
header p { margin: .4rem 0 0; }
small { font-size: 1rem; color: #4a4a4a; }
header small { color: #ffe9e4; }
label { display: block; margin: 1.2rem 0 .3rem; font-weight: 600; }
label small, legend small { font-weight: 400; }
.hint { margin: 0 0 .3rem; color: #4a4a4a; }
input:not([type=checkbox]), select { box-sizing: border-box; width: 100%; min-height: 60px; padding: .5rem .8rem; font: inherit; font-size: 1.25rem; border: 2px solid #6b6b6b; border-radius: 8px; background: #fff; color: inherit; }
input:focus, select:focus, button:focus, summary:focus { outline: 4px solid #ffbf47; outline-offset: 1px; }
.check { display: flex; gap: .8rem; align-items: flex-start; min-height: 60px; margin: 1rem 0; font-weight: 400; }
.check input { flex: none; width: 2rem; height: 2rem; margin: .2rem 0 0; }
summary { min-height: 60px; line-height: 60px; font-weight: 600; cursor: pointer; }
button { width: 100%; min-height: 64px; margin-top: 1.2rem; padding: .4rem 1rem; font: inherit; font-size: 1.35rem; font-weight: 700; color: #fff; background: #b3141c; border: 0; border-radius: 8px; }
.button { display: block; box-sizing: border-box; min-height: 64px; margin-top: 1.2rem; padding: .4rem 1rem; text-align: center; font-size: 1.35rem; font-weight: 700; border: 3px solid #b3141c; border-radius: 8px; background: #fff; }
.error { margin: .2rem 0; color: #a3000b; font-weight: 600; }
.summary { border: 3px solid #a3000b; border-radius: 8px; padding: .8rem 1rem; background: #fff; }
.summary h2 { margin: 0; font-size: 1.2rem; }
.summary ul { margin: .4rem 0 0; padding: 0; list-style: none; }
.summary a { display: block; padding: .6rem 0; color: #a3000b; }
.faulty { border-color: #a3000b !important; }
.card { background: #fff; border-radius: 12px; padding: 1rem 1.2rem; }
.number { font-size: 1.6rem; font-weight: 700; letter-spacing: .02em; overflow-wrap: anywhere; }
footer { color: #4a4a4a; border-top: 1px solid #c9c5bd; }
a { color: #8a1016; }
`
