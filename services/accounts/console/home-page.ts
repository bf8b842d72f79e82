import { html } from 'ghtml'
import type { Page } from './page-frame.ts'

/** Open cases, the funnel and the codes; the script fills each section. */
export function homePage(displayName: string): Page {
  const body = html`
<noscript><p class="error">本页需要启用 JavaScript。<small>This page needs JavaScript.</small></p></noscript>
!${section('cases', '待审核', 'Waiting for review')}
!${section('funnel', '各点位进度', 'Sites: from scan to member')}
!${section('codes', '二维码', 'Codes')}
<script src="/console/console.js" defer></script>`
  const corner = html`
<form method="post" action="/console/sign-out">${displayName} &nbsp; <button>退出 Sign out</button></form>`
  return { title: '首页', body, corner }
}

function section(id: string, zh: string, en: string): string {
  return html`<section aria-labelledby="${id}-title">
<h2 id="${id}-title">${zh} <small>${en}</small></h2>
<div id="${id}" aria-live="polite"></div>
</section>`
}
