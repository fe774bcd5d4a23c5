/** What the loader shows near the host page: its styles beyond the plain button, and its words. */
import type { Look } from '../host'
import { palette } from '../../shared/color'
import type { Words } from './i18n'

const FIXED = 'position:fixed;z-index:2147483000;inset-inline-end:20px;'
const STYLE = `
button{bottom:max(20px,env(safe-area-inset-bottom));box-shadow:0 0 0 1px #ffffff40,0 4px 16px #00000040;transition:transform .12s}
button:hover{transform:scale(1.05)}
button:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 5px #16130f}
button.on:before{clip-path:path("M3 8l2-2 8 8 8-8 2 2-10 10z")}
button.off{filter:grayscale(1)}
button[data-n]:not([data-n=""]):after{content:attr(data-n);position:absolute;top:-4px;inset-inline-end:-4px;min-width:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;background:#b80d48;color:#fff;font:650 12px/20px system-ui,sans-serif;text-align:center}
p{${FIXED}bottom:88px;margin:0;max-width:260px;padding:12px 16px;border-radius:10px;background:#262320;color:#fff;font:14px/1.45 system-ui,sans-serif}
iframe{${FIXED}bottom:88px;width:380px;height:min(640px,100dvh - 108px);border:0;border-radius:16px;box-shadow:0 0 0 1px #16130f14,0 12px 40px -6px #16130f52;color-scheme:normal}
@media (prefers-color-scheme:dark){iframe{box-shadow:0 0 0 1px #ffffff38,0 12px 40px -6px #000}}
@media (max-width:480px),(max-height:420px){iframe{z-index:2147483001;inset:var(--t,0) 0 auto;width:100%;height:var(--h,100dvh);border-radius:0;box-shadow:none}}
@media (prefers-reduced-motion:reduce){button{transition:none}}
@media print{:host{display:none!important}}`

/** The button stands on a page we do not know: it wears the colours of the light theme always. */
export function lookOf(color: string, unread: number, { t }: Words): Look {
  const { fill, onFill } = palette(color, false)
  return {
    css: `${STYLE}:host{--c:${fill};--i:${onFill}}`.replaceAll('\n', ''),
    open: unread ? t('openUnread', { n: unread }) : t('open'),
    close: t('close'),
    offline: t('offline'),
  }
}
