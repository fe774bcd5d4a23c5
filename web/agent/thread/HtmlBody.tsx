import { useEffect, useRef, useState } from 'react'
import { useT } from '../app/i18n'
import { useTheme } from '../app/useTheme'
import { FoldButton } from './TextBody'

/** Heights by address, so that a mail that scrolls out and in again does not shift the thread. */
const heights = new Map<string, number>()

/** What shows that a mail brings colours of its own, made for white paper. */
const COLOURED = '[style*="color"], [style*="background"], [bgcolor], font[color]'

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
  const [coloured, setColoured] = useState(false)
  const [quotes, setQuotes] = useState<'none' | 'folded' | 'open'>('none')
  const isShown = images || withImages
  const address = `${url}?images=${isShown ? 1 : 0}`
  const [height, setHeight] = useState(heights.get(address) ?? 96)
  const theme = useTheme()

  const measure = () => {
    const root = frame.current?.contentDocument?.documentElement
    if (!root) return
    const next = Math.ceil(root.getBoundingClientRect().height) + 1
    heights.set(address, next)
    setHeight(next)
  }
  const loaded = () => {
    const content = frame.current?.contentDocument
    if (!content?.body) return
    setRemote(content.querySelectorAll('[data-remote-src]:not([src])').length)
    setColoured(content.querySelector(COLOURED) !== null)
    if (content.querySelector('[data-quote]')) setQuotes((old) => (old === 'none' ? 'folded' : old))
    content.body.style.fontSize = '16px'
    content.body.querySelector<HTMLElement>(':scope > :first-child')?.style.setProperty('margin-top', '0')
    content.body.querySelector<HTMLElement>(':scope > :last-child')?.style.setProperty('margin-bottom', '0')
    new ResizeObserver(measure).observe(content.documentElement)
    measure()
  }
  useEffect(() => {
    for (const quote of frame.current?.contentDocument?.querySelectorAll<HTMLElement>('[data-quote]') ?? []) quote.hidden = quotes === 'folded'
  }, [quotes, address])
  useEffect(() => {
    const root = frame.current?.contentDocument?.documentElement
    if (!root) return
    root.style.colorScheme = coloured ? 'light' : theme
    root.style.color = coloured ? '' : getComputedStyle(document.body).color
  }, [coloured, theme, height])

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
        className={`block w-full ${coloured && theme === 'dark' ? 'rounded-control border-8 border-[#fff] bg-[#fff] [color-scheme:light]' : ''}`}
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
