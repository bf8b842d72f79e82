import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { html } from 'ghtml'

const STYLE = `
:root { color-scheme: light; font: 18px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1c1c1c; background: #f4f2ee; }
body { margin: 0; }
header { background: #b3141c; color: #fff; }
header div, main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
header div { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between; }
header strong { font-size: 1.3rem; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: .5rem 0 1rem; }
h2 { font-size: 1.35rem; margin: 2rem 0 .8rem; }
h3 { font-size: 1.2rem; margin: 0; }
small { font-size: .95rem; color: #4a4a4a; font-weight: 400; }
header small { color: #ffe9e4; }
p { margin: .3rem 0; }
a { color: #8a1016; overflow-wrap: anywhere; }
.narrow { max-width: 32rem; margin: 0 auto; }
.card { background: #fff; border-radius: 12px; padding: 1rem 1.2rem; margin: 0 0 1rem; }
.error { color: #a3000b; font-weight: 600; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); }
.cards .card { margin: 0; }
.cards img { display: block; width: 100%; max-width: 14rem; height: auto; }
label { display: block; margin: 1.1rem 0 .3rem; font-weight: 600; }
input, select { box-sizing: border-box; width: 100%; min-height: 56px; padding: .4rem .8rem; font: inherit; border: 2px solid #6b6b6b; border-radius: 8px; background: #fff; color: inherit; }
input[aria-invalid] { border-color: #a3000b; }
:focus-visible { outline: 4px solid #ffbf47; outline-offset: 1px; }
button { min-height: 52px; padding: .3rem 1.2rem; font: inherit; font-weight: 700; color: #8a1016; background: #fff; border: 2px solid #b3141c; border-radius: 8px; cursor: pointer; }
button.main { color: #fff; background: #b3141c; }
button:disabled { opacity: .6; cursor: progress; }
form.narrow button { width: 100%; min-height: 60px; margin-top: 1.5rem; font-size: 1.2rem; }
.actions > * { margin-top: .6rem; }
.actions > button, .actions details button { width: 100%; }
summary { min-height: 44px; line-height: 44px; cursor: pointer; color: #8a1016; font-weight: 600; }
details button { margin-bottom: .5rem; text-align: left; }
ul { margin: 0; padding-left: 1.3rem; }
table { width: 100%; border-collapse: collapse; background: #fff; border-radius: 12px; }
th, td { padding: .6rem .8rem; text-align: right; border-bottom: 1px solid #dedad2; }
th:first-child { text-align: left; }
tbody th { font-weight: 600; }
td { font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) {
  table, tbody { display: block; }
  thead { display: none; }
  tr { display: grid; grid-template-columns: repeat(4, 1fr); padding: .6rem .8rem; border-bottom: 1px solid #dedad2; }
  tbody th { grid-column: 1 / -1; padding: 0; border: 0; }
  td { padding: .3rem 0 0; border: 0; text-align: left; font-size: 1.2rem; font-weight: 700; }
  td::before { content: attr(data-label); display: block; font-size: .95rem; font-weight: 400; color: #4a4a4a; }
}
`

/** Nothing but our own style, our own script and our own pictures; nobody may frame the page. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with it browsers send "Origin: null" with our own forms.
  'referrer-policy': 'same-origin',
}

/** A page of the console. */
export interface Page {
  readonly title: string
  /** HTML. */
  readonly body: string
  /** HTML at the right of the head line. */
  readonly corner?: string
}

export async function sendPage(reply: FastifyReply, { title, body, corner = '' }: Page, status = 200): Promise<void> {
  const page = html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="data:,">
<title>${title} · 入会管理台</title>
<style>!${STYLE}</style>
</head>
<body>
<header><div><strong>入会管理台 <small>Ruhui console</small></strong>!${corner}</div></header>
<main>!${body}</main>
</body>
</html>`
  await reply.status(status).headers(HEADERS).type('text/html; charset=utf-8').send(page)
}
