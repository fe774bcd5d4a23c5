import { ExternalLink } from 'lucide-react'
import { useT } from '../app/i18n'
import { safeUrl } from './visitor'

/** A page of the customer's as a link that tells it nothing; what is no web address stays text. */
export function PageLink({ url, text }: { url: string | null; text: string }) {
  const t = useT()
  const target = url === null ? null : safeUrl(url)
  if (!target) return <span className="line-clamp-2 break-words">{text}</span>
  return (
    <a
      href={target.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={target.href}
      aria-label={t('visitor.opens', { title: text })}
      className="inline-flex max-w-full items-start gap-1 no-underline hover:underline"
    >
      <span className="line-clamp-2 min-w-0 break-words">{text}</span>
      <ExternalLink size={12} className="mt-1 shrink-0" aria-hidden />
    </a>
  )
}
