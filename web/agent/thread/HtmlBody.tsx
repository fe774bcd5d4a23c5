import { useEffect, useRef, useState } from 'react'
import { useT } from '../app/i18n'
import { FoldButton } from './TextBody'

/** Heights by address, so that a mail that scrolls out and in again does not shift the thread. */
const heights = new Map<string, number>()

type Props = { url: string; id: string; title: string; withImages: boolean }

/**
 * A mail's sanitised HTML in a frame of its own: no scripts (sandbox and its own policy), remote images only on a click.
 * `allow-same-origin` lets us read its height and fold its quotes; without `allow-scripts` nothing in it can run.
 */
export function HtmlBody({ url, id, title, withImages }: Props) {
  const t = useT()
  const frame = useRef<HTMLIFrameElement>(null)
  const [images, setImages] = useState(false)
  const [remote, setRemote] = useState(0)
  const [quotes, setQuotes] = useState<'none' | 'folded' | 'open'>('none')
  const isShown = images || withImages
  const address = `${url}${url.includes('?') ? '&' : '?'}images=${isShown ? 1 : 0}`
  const [height, setHeight] = useState(heights.get(address) ?? 120)

  const measure = () => {
    const root = frame.current?.contentDocument?.documentElement
    const body = frame.current?.contentDocument?.body
    if (!root || !body) return
    const next = Math.ceil(Math.max(body.getBoundingClientRect().height, body.scrollHeight)) + 2
    heights.set(address, next)
    setHeight(next)
  }
  const loaded = () => {
    const document = frame.current?.contentDocument
    if (!document?.body) return
    setRemote(document.querySelectorAll('[data-remote-src]:not([src])').length)
    if (document.querySelector('[data-quote]') && !document.querySelector('details')) setQuotes('folded')
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    measure()
  }
  useEffect(() => {
    for (const quote of frame.current?.contentDocument?.querySelectorAll<HTMLElement>('[data-quote]') ?? []) quote.hidden = quotes === 'folded'
  }, [quotes])

  return (
    <div className="min-w-0">
      <iframe
        ref={frame}
        key={address}
        src={address}
        title={title}
        id={`mail-${id}`}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        onLoad={loaded}
        className="block w-full rounded-control bg-[#fff] [color-scheme:light]"
        style={{ height }}
      />
      {quotes !== 'none' && <FoldButton open={quotes === 'open'} onToggle={() => setQuotes(quotes === 'open' ? 'folded' : 'open')} />}
      {remote > 0 && !isShown && (
        <p className="mt-2 flex flex-wrap items-center gap-x-2 text-secondary text-ink-3">
          {t('thread.imagesHidden', { n: remote })}
          <button type="button" className="font-medium text-accent-ink hover:underline" onClick={() => setImages(true)}>
            {t('command.showImages')}
          </button>
        </p>
      )}
    </div>
  )
}
